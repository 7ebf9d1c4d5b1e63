use super::deactivate::DEACTIVATE;
use crate::scene::{
    VIEWER, assert_denied, audited, entries, faults, member, nowhere, pairs, worker, worker_who_signs_in,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::json;

const ACTIVATE: &str = "mutation($i: NodeInput!) {
    activateMobileWorker(input: $i) { mobileWorker { id status version } userErrors { code path } }
}";

#[tokio::test]
async fn an_activated_worker_signs_in_again_and_old_sessions_stay_ended() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_who_signs_in(&app, "amina").await;
    let before = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let (payload, entry) = audited(&admin, &app, ACTIVATE, json!({ "i": { "id": id, "version": 2 } })).await;
    assert_eq!(payload["mobileWorker"], json!({ "id": id, "status": "ACTIVE", "version": 3 }));
    assert_eq!(entry.action, "mobile_worker.activate");
    assert_eq!(entry.change("status"), Some((json!("deactivated"), json!("active"))));
    app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    assert_eq!(before.code("{ viewer { principal { signInMethod } } }", json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn activating_an_active_worker_changes_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let before = entries(&app, "").await.len();
    let answer = admin.run(ACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(answer["data"]["activateMobileWorker"]["mobileWorker"]["version"], 1, "{answer}");
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn a_deleted_worker_and_a_stale_version_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    assert_eq!(admin.code(ACTIVATE, json!({ "i": { "id": id, "version": 0 } })).await, "CONFLICT");
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": id } })).await;
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": "" })).await, pairs(&[("INVALID_VALUE", "id")]));
}

#[tokio::test]
async fn activating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    app.admin().await.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("mw") })];
    assert_denied(&app, &viewer, ACTIVATE, inputs, said).await;
    assert_eq!(app.rows("SELECT status FROM mobile_worker").await.unwrap(), [["deactivated"]]);
}
