use super::{connect, plant, seen};
use crate::scene::{faults, pairs, worker, worker_who_signs_in};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_link_shows_where_there_are_links_and_nowhere_else() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "active").await;
    let hidden = seen(&admin, &id).await;
    assert_eq!(hidden, json!({ "passwordEditable": true, "personalIdLink": null }));
    connect(&app, true).await;
    let shown = seen(&admin, &id).await;
    assert_eq!(shown["passwordEditable"], false);
    let link = &shown["personalIdLink"];
    assert_eq!((&link["status"], &link["personalIdUsername"]), (&json!("ACTIVE"), &json!("amina.id")));
    assert_eq!((&link["pendingInvite"], &link["accessRequestedAt"]), (&Json::Null, &Json::Null));
    let other = worker(&app, "bilal").await;
    assert_eq!(
        seen(&admin, &other).await,
        json!({ "passwordEditable": true, "personalIdLink": {
            "status": "NOT_LINKED", "personalIdUsername": null, "linkedAt": null, "statusChangedAt": null,
            "accessRequestedAt": null, "pendingInvite": null,
        } })
    );
}

#[tokio::test]
async fn a_worker_who_was_just_made_shows_as_when_read_again() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let create = "mutation($i: CreateMobileWorkerInput!) { createMobileWorker(input: $i) {
        mobileWorker { passwordEditable personalIdLink { status } }
    } }";
    let input = json!({ "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD });
    let made = app.admin().await.run(create, json!({ "i": input })).await;
    assert_eq!(
        made["data"]["createMobileWorker"]["mobileWorker"],
        json!({ "passwordEditable": true, "personalIdLink": { "status": "NOT_LINKED" } })
    );
}

#[tokio::test]
async fn the_rest_api_shows_the_link_where_there_are_links() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "inactive").await;
    let path = format!("/a/acme/api/user/v1/{}/", id.trim_start_matches("mw_"));
    assert!(admin.get(&path).await.json().get("personal_id_link").is_none());
    connect(&app, true).await;
    for shown in
        [admin.get(&path).await.json(), admin.get("/a/acme/api/user/v1/").await.json()["objects"][0].clone()]
    {
        let link = &shown["personal_id_link"];
        assert_eq!(
            (&link["status"], &link["personal_id_username"]),
            (&json!("inactive"), &json!("amina.id"))
        );
        assert_eq!(link.as_object().unwrap().len(), 5, "{link}");
    }
}

#[tokio::test]
async fn while_a_link_is_active_the_password_is_locked_over_the_rest_api() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let admin = app.admin().await;
    let id = worker_who_signs_in(&app, "amina").await;
    plant(&app, "amina", "active").await;
    let path = format!("/a/acme/api/user/v1/{}/", id.trim_start_matches("mw_"));
    let edit = json!({ "password": "another password", "first_name": "Amina" });
    let refused = admin.put(&path, &edit).await;
    assert_eq!(refused.status, 400);
    let error = &refused.json()["errors"][0];
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("PASSWORD_LOCKED_BY_PERSONAL_ID"), &json!(["password"])),
        "{}",
        refused.text
    );
    app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    // Anything else is edited as ever.
    assert_eq!(admin.put(&path, &json!({ "first_name": "Amina" })).await.status, 200);
    assert_eq!(faults(&admin, super::DEACTIVATE, json!({ "id": id })).await, pairs(&[]));
    assert_eq!(admin.put(&path, &edit).await.status, 200);
    app.sign_in("amina@acme.fieldgate.local", "another password").await;
}
