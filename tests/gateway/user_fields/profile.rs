use super::{CHANGE, CREATE, changed, define, made, new, usual};
use crate::scene::{EDITOR, faults, member, nowhere, pairs};
use crate::support::{Actor, PASSWORD, TestApp, operator};
use fieldgate::domain::RoleInput;
use fieldgate::service::role;
use serde_json::{Value as Json, json};

/// Edits workers everywhere and gives these profiles alone.
async fn giver<'a>(app: &'a TestApp, name: &str, profiles: &[&str]) -> Actor<'a> {
    let items = profiles.iter().map(|id| (*id).to_owned()).collect();
    let mut permissions: Vec<_> = EDITOR.iter().map(|name| ((*name).to_owned(), None)).collect();
    permissions.push(("edit_user_profile".to_owned(), Some(items)));
    let input = RoleInput { name: name.to_owned(), permissions, ..RoleInput::default() };
    role::create(&app.services, &operator(), "acme", &input).await.unwrap();
    app.web_user(&format!("{name}@acme.example"), name, &[]).await
}

#[tokio::test]
async fn what_a_profile_fixes_shows_through_and_ones_own_data_stays_readable() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = usual(&admin).await;
    let worker = made(&admin, "amina", json!({ "userData": { "chw_id": "7" }, "profileId": profile })).await;
    assert_eq!(worker["userData"], json!({ "chw_id": "7", "level": "2" }));
    assert_eq!(worker["ownUserData"], json!({ "chw_id": "7" }));
    assert_eq!(worker["profile"], json!({ "id": profile, "name": "Senior", "fixedData": { "level": "2" } }));

    // What was read may be sent back; it replaces nothing of the profile's.
    let mut data = worker["userData"].clone();
    data["house"] = json!("12");
    let after = changed(&admin, &worker["id"], json!({ "userData": data })).await;
    assert_eq!(after["ownUserData"], json!({ "chw_id": "7", "house": "12" }));
    data["level"] = json!("1");
    let other = json!({ "id": worker["id"], "userData": data });
    assert_eq!(faults(&admin, CHANGE, other).await, pairs(&[("FIXED_BY_PROFILE", "userData.level")]));

    // A change of the profile shows at once for everybody who has it.
    let profiles = json!([{ "id": profile, "name": "Senior", "fixedData": { "level": "1", "house": "1" } }]);
    define(&admin, json!({ "profiles": profiles })).await;
    let query = "query($id: ID!) { node(id: $id) { ... on MobileWorker { userData ownUserData } } }";
    let shown = admin.run(query, json!({ "id": worker["id"] })).await["data"]["node"].clone();
    assert_eq!(shown["userData"], json!({ "chw_id": "7", "level": "1", "house": "1" }));
    // Nothing of her own is lost.
    assert_eq!(shown["ownUserData"], json!({ "chw_id": "7", "house": "12" }));
    let after = changed(&admin, &worker["id"], json!({ "profileId": null })).await;
    assert_eq!(after["userData"], json!({ "chw_id": "7", "house": "12" }));
}

#[tokio::test]
async fn a_profile_does_not_hide_another_value_of_ones_own_unless_that_is_blanked_along_with_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = usual(&admin).await;
    let worker = made(&admin, "amina", json!({ "userData": { "chw_id": "7", "level": "1" } })).await;
    let given = json!({ "id": worker["id"], "profileId": profile });
    assert_eq!(faults(&admin, CHANGE, given).await, pairs(&[("FIXED_BY_PROFILE", "userData.level")]));
    let both = json!({ "profileId": profile, "userData": { "chw_id": "7", "level": "" } });
    let after = changed(&admin, &worker["id"], both).await;
    assert_eq!(after["userData"], json!({ "chw_id": "7", "level": "2" }));
    assert_eq!(after["profile"]["name"], "Senior");
}

#[tokio::test]
async fn who_may_give_some_profiles_gives_and_takes_those_alone() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profiles = json!([{ "name": "One", "fixedData": {} }, { "name": "Two", "fixedData": {} }]);
    let defined = define(&admin, json!({ "profiles": profiles })).await;
    let id = |number: usize| defined["profiles"][number]["id"].as_str().unwrap();
    let (one, two) = (id(0), id(1));
    let refused = pairs(&[("PROFILE_NOT_ASSIGNABLE", "profileId")]);

    let editor = member(&app, "Editor", EDITOR, &[]).await;
    assert_eq!(faults(&editor, CREATE, new("a", json!({ "profileId": one }))).await, refused);
    // The id in the form of either API.
    let limited = giver(&app, "limited", &[one]).await;
    let plain = giver(&app, "plain", &[one.strip_prefix("up_").unwrap()]).await;
    assert_eq!(made(&plain, "a", json!({ "profileId": one })).await["profile"]["name"], "One");
    let worker = made(&limited, "b", json!({ "profileId": one })).await;
    let give = |profile: &Json| json!({ "id": worker["id"], "profileId": profile });
    assert_eq!(faults(&limited, CHANGE, give(&json!(two))).await, refused);
    assert_eq!(faults(&limited, CHANGE, give(&json!(nowhere("up")))).await, refused);
    assert_eq!(faults(&editor, CHANGE, give(&Json::Null)).await, refused);
    assert_eq!(faults(&admin, CHANGE, give(&json!(two))).await, []);
    // What is not theirs to give is not theirs to take; and what is there already may stay.
    assert_eq!(faults(&limited, CHANGE, give(&json!(one))).await, refused);
    assert_eq!(faults(&limited, CHANGE, give(&Json::Null)).await, refused);
    changed(&limited, &worker["id"], json!({ "profileId": two, "firstName": "Bo" })).await;
    assert_eq!(faults(&admin, CHANGE, give(&json!("mw_1"))).await, pairs(&[("INVALID_VALUE", "profileId")]));
}

#[tokio::test]
async fn another_spaces_profile_is_not_there() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = usual(&admin).await;
    app.space("globex", "admin@globex.example").await;
    let there = app.sign_in("admin@globex.example", PASSWORD).await;
    let mut input = new("bo", json!({ "profileId": profile }));
    input["projectSpace"] = json!("globex");
    let refused = pairs(&[("PROFILE_NOT_ASSIGNABLE", "profileId")]);
    assert_eq!(faults(&there, CREATE, input).await, refused);
    let define = json!({
        "projectSpace": "globex", "profiles": [{ "id": profile, "name": "Mine", "fixedData": {} }],
    });
    assert_eq!(faults(&there, super::UPDATE, define).await, pairs(&[("INVALID_VALUE", "profiles.0.id")]));
}

#[tokio::test]
async fn workers_are_found_by_their_profile() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = usual(&admin).await;
    made(&admin, "amina", json!({ "userData": { "chw_id": "7" }, "profileId": profile })).await;
    made(&admin, "bo", json!({ "userData": { "chw_id": "8" } })).await;
    let query = "query($ids: [ID!]) { projectSpace(name: \"acme\") {
        mobileWorkers(filter: { profileIds: $ids }) { totalCount nodes { username profile { name } } }
    } }";
    let found = admin.run(query, json!({ "ids": [profile] })).await;
    let expected =
        json!({ "totalCount": 1, "nodes": [{ "username": "amina", "profile": { "name": "Senior" } }] });
    assert_eq!(found["data"]["projectSpace"]["mobileWorkers"], expected, "{found}");
}
