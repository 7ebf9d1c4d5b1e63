use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, assert_not_found, audited, entries, faults, member, nowhere,
    pairs, worker, worker_at, worker_who_signs_in,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::json;

pub const DEACTIVATE: &str = "mutation($i: NodeInput!) {
    deactivateMobileWorker(input: $i) { mobileWorker { id status version } userErrors { code path } }
}";
const VIEWER_ID: &str = "{ viewer { principal { user { ... on MobileWorker { id } } } } }";

#[tokio::test]
async fn a_deactivated_worker_is_out_at_once_and_cannot_sign_in() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_who_signs_in(&app, "amina").await;
    let worker = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    assert_eq!(worker.run(VIEWER_ID, json!({})).await["data"]["viewer"]["principal"]["user"]["id"], *id);

    let (payload, entry) = audited(&admin, &app, DEACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["mobileWorker"], json!({ "id": id, "status": "DEACTIVATED", "version": 2 }));
    assert_eq!(entry.action, "mobile_worker.deactivate");
    assert_eq!(entry.change("status"), Some((json!("active"), json!("deactivated"))));

    let refused = worker.post("/graphql", &json!({ "query": VIEWER_ID })).await;
    assert_eq!(
        (refused.status.as_u16(), worker.code(VIEWER_ID, json!({})).await.as_str()),
        (401, "UNAUTHENTICATED")
    );
    let login = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code path } } }";
    let credentials = json!({ "username": "amina@acme.fieldgate.local", "password": WORKER_PASSWORD });
    assert_eq!(faults(&app.stranger(), login, credentials).await, pairs(&[("WRONG_CREDENTIALS", "")]));
}

#[tokio::test]
async fn deactivating_twice_changes_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let before = entries(&app, "").await.len();
    let again = admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(again["data"]["deactivateMobileWorker"]["mobileWorker"]["version"], 2, "{again}");
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn a_stale_version_and_a_deleted_worker_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    assert_eq!(admin.code(DEACTIVATE, json!({ "i": { "id": id, "version": 2 } })).await, "CONFLICT");
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": id } })).await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": "amina" })).await, pairs(&[("INVALID_VALUE", "id")]));
}

#[tokio::test]
async fn deactivating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("mw") })];
    assert_denied(&app, &viewer, DEACTIVATE, inputs, said).await;
}

#[tokio::test]
async fn deactivating_is_denied_where_the_supervisor_does_not_reach() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let far = worker_at(&app, "far", &[&tree.southern]).await;
    let variables = |id: &str| json!({ "i": { "id": id } });
    assert_not_found(&supervisor, DEACTIVATE, &variables(&far), &variables(&nowhere("mw"))).await;
    let near = worker_at(&app, "near", &[&tree.northern]).await;
    assert_eq!(faults(&supervisor, DEACTIVATE, json!({ "id": near })).await, []);
}
