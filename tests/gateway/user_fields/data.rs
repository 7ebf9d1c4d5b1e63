use super::{CHANGE, CREATE, changed, define, made, new, usual};
use crate::scene::{Tree, faults, member, pairs, worker_at};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_new_workers_data_must_fit_and_all_that_does_not_is_told_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    usual(&admin).await;
    let wrong = new(
        "amina",
        json!({ "userData": { "level": 3, "house": "none", "free": true }, "language": "english" }),
    );
    assert_eq!(
        faults(&admin, CREATE, wrong.clone()).await,
        pairs(&[
            ("INVALID_VALUE", "language"),
            ("REQUIRED", "userData.chw_id"),
            ("INVALID_VALUE", "userData.level"),
            ("INVALID_VALUE", "userData.house"),
        ])
    );
    let answer = admin.run(CREATE, json!({ "i": wrong })).await;
    let messages: Vec<_> = answer["data"]["createMobileWorker"]["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["message"].as_str().unwrap())
        .collect();
    assert!(messages.contains(&"`house`: give a house number"), "{messages:?}");
    assert!(messages.contains(&"`CHW id` is required"), "{messages:?}");
    // Without a word about data, what is required is missing too.
    assert_eq!(
        faults(&admin, CREATE, new("amina", json!({}))).await,
        pairs(&[("REQUIRED", "userData.chw_id")])
    );
    let fine = json!({ "chw_id": "13/43/DFA", "level": 2, "house": "no. 12", "free": true });
    assert_eq!(made(&admin, "amina", json!({ "userData": fine })).await["userData"], fine);
}

#[tokio::test]
async fn user_data_given_to_an_update_replaces_and_what_nobody_touches_may_stay_as_it_is() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let worker = made(&admin, "amina", json!({ "userData": { "old": 1 } })).await;
    usual(&admin).await;
    // The required field came after her: a change of something else goes through.
    changed(&admin, &worker["id"], json!({ "firstName": "Amina" })).await;
    let update = |data: Json| json!({ "id": worker["id"], "userData": data });
    assert_eq!(
        faults(&admin, CHANGE, update(json!({ "house": "x" }))).await,
        pairs(&[("REQUIRED", "userData.chw_id"), ("INVALID_VALUE", "userData.house")])
    );
    assert_eq!(faults(&admin, CHANGE, update(Json::Null)).await, pairs(&[("REQUIRED", "userData.chw_id")]));
    let after = changed(&admin, &worker["id"], json!({ "userData": { "chw_id": "7" } })).await;
    assert_eq!(after["userData"], json!({ "chw_id": "7" }));
}

#[tokio::test]
async fn a_profile_may_be_required_of_workers() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = usual(&admin).await;
    define(&admin, json!({ "profileRequiredFor": ["MOBILE_WORKER"] })).await;
    let data = json!({ "chw_id": "7" });
    assert_eq!(
        faults(&admin, CREATE, new("amina", json!({ "userData": data }))).await,
        pairs(&[("REQUIRED", "profileId")])
    );
    let worker = made(&admin, "amina", json!({ "userData": data, "profileId": profile })).await;
    let without = json!({ "id": worker["id"], "profileId": null });
    assert_eq!(faults(&admin, CHANGE, without).await, pairs(&[("REQUIRED", "profileId")]));
}

#[tokio::test]
async fn the_supervisor_of_a_place_sees_the_fields_of_their_workers_data_and_cannot_change_them() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    usual(&admin).await;
    let permissions = ["edit_commcare_users", "edit_user_profile"];
    let supervisor = member(&app, "Supervisor", &permissions, std::slice::from_ref(&tree.north)).await;
    let answer =
        supervisor.run(super::UPDATE, json!({ "i": { "projectSpace": "acme", "fields": [] } })).await;
    let missing = &answer["errors"][0]["extensions"]["missing"];
    assert_eq!(*missing, json!(["access_all_locations"]), "{answer}");
    let mine =
        made(&supervisor, "amina", json!({ "userData": { "chw_id": "1" }, "locationIds": [tree.north] }))
            .await;
    assert_eq!(mine["userData"], json!({ "chw_id": "1" }));
}

#[tokio::test]
async fn another_spaces_fields_bind_nobody_here() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    usual(&admin).await;
    app.space("globex", "admin@globex.example").await;
    let there = app.sign_in("admin@globex.example", crate::support::PASSWORD).await;
    let mut input = new("bo", json!({ "userData": { "level": "9" } }));
    input["projectSpace"] = json!("globex");
    assert_eq!(faults(&there, CREATE, input).await, []);
    worker_of_old(&app).await;
}

/// The operator is bound too: `worker_at` gives no data, and one field is required.
async fn worker_of_old(app: &TestApp) {
    let admin = app.admin().await;
    define(&admin, json!({ "fields": [{ "slug": "level", "choices": ["1", "2"] }] })).await;
    worker_at(app, "old", &[]).await;
}
