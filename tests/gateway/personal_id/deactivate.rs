use super::{DEACTIVATE, connect, plant, seen, status};
use crate::scene::{
    VIEWER, assert_denied, audited, entries, faults, member, nowhere, pairs, worker, worker_who_signs_in,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::json;

const VIEW: &str = "{ viewer { principal { signInMethod } } }";

#[tokio::test]
async fn an_active_link_becomes_inactive_and_is_kept() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "active").await;
    assert_eq!(seen(&admin, &id).await["passwordEditable"], false);
    let (payload, entry) = audited(&admin, &app, DEACTIVATE, json!({ "i": { "id": id } })).await;
    let worker = &payload["mobileWorker"];
    assert_eq!((&worker["passwordEditable"], &worker["version"]), (&json!(true), &json!(2)));
    assert_eq!(entry.action, "personal_id_link.deactivate");
    assert_eq!(entry.change("personal_id_link"), Some((json!("active"), json!("inactive"))));
    let link = seen(&admin, &id).await["personalIdLink"].clone();
    assert_eq!((&link["status"], &link["personalIdUsername"]), (&json!("INACTIVE"), &json!("amina.id")));
    // Twice changes nothing.
    let before = entries(&app, "").await.len();
    let again = admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(again["data"]["deactivatePersonalIdLink"]["mobileWorker"]["version"], 2, "{again}");
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn it_ends_the_sessions_that_personal_id_opened_and_no_others() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let admin = app.admin().await;
    let id = worker_who_signs_in(&app, "amina").await;
    let phone = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    app.rows("UPDATE session SET signed_in_by = 'personal_id' WHERE mobile_worker_id IS NOT NULL")
        .await
        .unwrap();
    let tablet = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    plant(&app, "amina", "active").await;
    let method = |answer: &serde_json::Value| answer["data"]["viewer"]["principal"]["signInMethod"].clone();
    assert_eq!(method(&phone.run(VIEW, json!({})).await), "PERSONAL_ID");
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(phone.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(method(&tablet.run(VIEW, json!({})).await), "PASSWORD");
    // It stays ended when the link is active again.
    assert_eq!(faults(&admin, super::ACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(phone.code(VIEW, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn taking_the_feature_away_keeps_personal_id_out_while_it_is_gone() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    worker_who_signs_in(&app, "amina").await;
    let phone = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    app.rows("UPDATE session SET signed_in_by = 'personal_id' WHERE mobile_worker_id IS NOT NULL")
        .await
        .unwrap();
    plant(&app, "amina", "active").await;
    assert!(phone.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    connect(&app, false).await;
    assert_eq!(phone.code(VIEW, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_worker_who_asks_again_is_told_no() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "inactive").await;
    app.rows("UPDATE mobile_worker SET personal_id_requested_at = created_at").await.unwrap();
    let changed_at = seen(&admin, &id).await["personalIdLink"]["statusChangedAt"].clone();
    app.pass(chrono::TimeDelta::minutes(1));
    let (payload, _) = audited(&admin, &app, DEACTIVATE, json!({ "i": { "id": id } })).await;
    let link = &payload["mobileWorker"]["personalIdLink"];
    assert_eq!((&link["accessRequestedAt"], &link["statusChangedAt"]), (&json!(null), &changed_at));
}

#[tokio::test]
async fn what_cannot_be_deactivated_says_why() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "active").await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, pairs(&[("FEATURE_DISABLED", "")]));
    plant(&app, "amina", "not_linked").await;
    connect(&app, true).await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, pairs(&[("LINK_NOT_FOUND", "id")]));
    assert_eq!(status(&admin, &id).await, "NOT_LINKED");
}

#[tokio::test]
async fn deactivating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    plant(&app, "amina", "active").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("mw") })];
    assert_denied(&app, &viewer, DEACTIVATE, inputs, said).await;
}
