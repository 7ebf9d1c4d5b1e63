use super::{ACTIVATE, connect, plant, seen};
use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, assert_not_found, audited, entries, faults, member, nowhere,
    pairs, worker, worker_at,
};
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn an_inactive_link_becomes_active_without_an_invite_and_locks_the_password() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "inactive").await;
    assert_eq!(seen(&admin, &id).await["passwordEditable"], true);
    app.pass(chrono::TimeDelta::minutes(1));
    let (payload, entry) = audited(&admin, &app, ACTIVATE, json!({ "i": { "id": id } })).await;
    let worker = &payload["mobileWorker"];
    assert_eq!((&worker["passwordEditable"], &worker["version"]), (&json!(false), &json!(2)));
    assert_eq!(worker["personalIdLink"]["status"], "ACTIVE");
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("personal_id_link.activate", "mobile_worker"));
    assert_eq!(entry.change("personal_id_link"), Some((json!("inactive"), json!("active"))));
    let link = seen(&admin, &id).await["personalIdLink"].clone();
    assert_eq!(link["personalIdUsername"], "amina.id");
    assert!(link["statusChangedAt"].as_str() > link["linkedAt"].as_str(), "{link}");
}

#[tokio::test]
async fn activating_an_active_link_changes_nothing() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "active").await;
    let before = entries(&app, "").await.len();
    let again = admin.run(ACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(again["data"]["activatePersonalIdLink"]["mobileWorker"]["version"], 1, "{again}");
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn what_cannot_be_activated_says_why() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let refused = async |id: &str| faults(&admin, ACTIVATE, json!({ "id": id })).await;
    assert_eq!(refused(&id).await, pairs(&[("FEATURE_DISABLED", "")]));
    connect(&app, true).await;
    assert_eq!(refused(&id).await, pairs(&[("LINK_NOT_FOUND", "id")]));
    assert_eq!(refused("amina").await, pairs(&[("INVALID_VALUE", "id")]));
    plant(&app, "amina", "inactive").await;
    assert_eq!(admin.code(ACTIVATE, json!({ "i": { "id": id, "version": 9 } })).await, "CONFLICT");
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": id } })).await;
    assert_eq!(refused(&id).await, pairs(&[("INVALID_STATE", "id")]));
}

#[tokio::test]
async fn activating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "inactive").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("mw") })];
    assert_denied(&app, &viewer, ACTIVATE, inputs, said).await;
}

#[tokio::test]
async fn activating_is_denied_where_the_supervisor_does_not_reach() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let far = worker_at(&app, "far", &[&tree.southern]).await;
    let near = worker_at(&app, "near", &[&tree.northern]).await;
    plant(&app, "far", "inactive").await;
    plant(&app, "near", "inactive").await;
    let variables = |id: &str| json!({ "i": { "id": id } });
    assert_not_found(&supervisor, ACTIVATE, &variables(&far), &variables(&nowhere("mw"))).await;
    assert_eq!(faults(&supervisor, ACTIVATE, json!({ "id": near })).await, []);
}
