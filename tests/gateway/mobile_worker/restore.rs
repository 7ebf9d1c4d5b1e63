use super::deactivate::DEACTIVATE;
use super::delete::DELETE;
use crate::scene::{
    Tree, VIEWER, assert_denied, audited, faults, group, ids, member, nowhere, pairs, role, worker,
    worker_with,
};
use crate::support::TestApp;
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Value as Json, json};

const RESTORE: &str = "mutation($i: NodeInput!) {
    restoreMobileWorker(input: $i) { mobileWorker { id status version } userErrors { code path } }
}";
const READ: &str = "query($id: ID!) { node(id: $id) { ... on MobileWorker {
    id username firstName email phoneNumbers status userData
    role { name } groups { name } locations { name } primaryLocation { name }
} } }";

#[tokio::test]
async fn a_restored_worker_is_as_they_were_deactivation_and_all() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let input = MobileWorkerInput {
        first_name: Patch::Set("Amina".to_owned()),
        email: Patch::Set("amina@example.org".to_owned()),
        phone_numbers: ids(&["50253311399"]),
        role: Patch::Set(role(&app, "Nurse", &["access_mobile_endpoints"]).await),
        groups: ids(&[&group(&app, "nurses").await, &group(&app, "drivers").await]),
        locations: ids(&[&tree.southern, &tree.north]),
        primary_location: Patch::Set(tree.north.clone()),
        user_data: Patch::Set(json!({ "level": 3 })),
        ..MobileWorkerInput::default()
    };
    let id = worker_with(&app, "amina", input).await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let before = admin.run(READ, json!({ "id": id })).await;
    assert_eq!(before["data"]["node"]["status"], "DEACTIVATED", "{before}");
    admin.run(DELETE, json!({ "i": { "id": id } })).await;
    let (payload, entry) = audited(&admin, &app, RESTORE, json!({ "i": { "id": id, "version": 3 } })).await;
    assert_eq!(payload["mobileWorker"], json!({ "id": id, "status": "DEACTIVATED", "version": 4 }));
    assert_eq!(entry.action, "mobile_worker.restore");
    assert_eq!(entry.change("status"), Some((json!("deleted"), json!("deactivated"))));
    assert_eq!(admin.run(READ, json!({ "id": id })).await, before);
}

#[tokio::test]
async fn an_active_worker_comes_back_active() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    for version in [1, 3] {
        admin.run(DELETE, json!({ "i": { "id": id, "version": version } })).await;
        let answer = admin.run(RESTORE, json!({ "i": { "id": id } })).await;
        assert_eq!(answer["data"]["restoreMobileWorker"]["mobileWorker"]["status"], "ACTIVE", "{answer}");
    }
}

#[tokio::test]
async fn only_the_deleted_are_restored() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    assert_eq!(faults(&admin, RESTORE, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
    admin.run(DELETE, json!({ "i": { "id": id } })).await;
    assert_eq!(admin.code(RESTORE, json!({ "i": { "id": id, "version": 1 } })).await, "CONFLICT");
    assert_eq!(
        faults(&admin, RESTORE, json!({ "id": Json::from("x") })).await,
        pairs(&[("INVALID_VALUE", "id")])
    );
}

#[tokio::test]
async fn restoring_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    app.admin().await.run(DELETE, json!({ "i": { "id": id } })).await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("mw") })];
    assert_denied(&app, &viewer, RESTORE, inputs, said).await;
}
