use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, assert_not_found, audited, faults, member, nowhere, pairs,
    worker, worker_at, worker_who_signs_in,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::{Value as Json, json};

pub const DELETE: &str =
    "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId userErrors { code path } } }";

#[tokio::test]
async fn a_deleted_worker_is_out_at_once_and_no_longer_listed() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_who_signs_in(&app, "amina").await;
    let worker = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;

    let (payload, entry) = audited(&admin, &app, DELETE, json!({ "i": { "id": id, "version": 1 } })).await;
    assert_eq!(payload["deletedId"], *id);
    assert_eq!(entry.action, "mobile_worker.delete");
    assert_eq!(entry.change("status"), Some((json!("active"), json!("deleted"))));

    let viewer = "{ viewer { principal { signInMethod } } }";
    let refused = worker.post("/graphql", &json!({ "query": viewer })).await;
    assert_eq!(
        (refused.status.as_u16(), worker.code(viewer, json!({})).await.as_str()),
        (401, "UNAUTHENTICATED")
    );
    let login = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code path } } }";
    let credentials = json!({ "username": "amina", "password": WORKER_PASSWORD, "projectSpace": "acme" });
    assert_eq!(faults(&app.stranger(), login, credentials).await, pairs(&[("WRONG_CREDENTIALS", "")]));

    let list = "query($s: [MobileWorkerStatus!]) {
        projectSpace(name: \"acme\") { mobileWorkers(filter: { statuses: $s }) { totalCount nodes { id status } } }
    }";
    let workers = async |statuses: Json| {
        let answer = admin.run(list, json!({ "s": statuses })).await;
        answer["data"]["projectSpace"]["mobileWorkers"].clone()
    };
    assert_eq!(workers(json!(null)).await, json!({ "totalCount": 0, "nodes": [] }));
    let deleted = json!({ "totalCount": 1, "nodes": [{ "id": id, "status": "DELETED" }] });
    assert_eq!(workers(json!(["DELETED"])).await, deleted);
}

#[tokio::test]
async fn a_username_stays_taken_after_its_worker_is_deleted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    admin.run(DELETE, json!({ "i": { "id": id } })).await;
    let create = "mutation($i: CreateMobileWorkerInput!) {
        createMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
    }";
    let input = json!({ "projectSpace": "acme", "username": "Amina", "password": WORKER_PASSWORD });
    assert_eq!(faults(&admin, create, input).await, pairs(&[("USERNAME_TAKEN", "username")]));
}

#[tokio::test]
async fn a_worker_is_deleted_once_and_changed_no_more() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": id, "version": 7 } })).await, "CONFLICT");
    assert_eq!(faults(&admin, DELETE, json!({ "id": "mw_" })).await, pairs(&[("INVALID_VALUE", "id")]));
    assert_eq!(faults(&admin, DELETE, json!({ "id": id })).await, []);
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": id } })).await, "NOT_FOUND");
    let update = "mutation($i: UpdateMobileWorkerInput!) {
        updateMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
    }";
    let refused = faults(&admin, update, json!({ "id": id, "firstName": "A" })).await;
    assert_eq!(refused, pairs(&[("INVALID_STATE", "id")]));
}

#[tokio::test]
async fn deleting_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("mw") })];
    assert_denied(&app, &viewer, DELETE, inputs, said).await;
    assert_eq!(app.rows("SELECT status FROM mobile_worker").await.unwrap(), [["active"]]);
}

#[tokio::test]
async fn deleting_is_denied_where_the_supervisor_does_not_reach() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.northern)).await;
    let above = worker_at(&app, "above", &[&tree.north]).await;
    let variables = |id: &str| json!({ "i": { "id": id } });
    assert_not_found(&supervisor, DELETE, &variables(&above), &variables(&nowhere("mw"))).await;
}
