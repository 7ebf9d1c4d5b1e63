//! Activating and deactivating.

use super::{at, user, worker};
use crate::support::{TestApp, WORKER_PASSWORD};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_deactivated_worker_is_out_at_once_and_an_activated_one_may_sign_in_again() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({ "password": WORKER_PASSWORD })).await;
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    // As scripts send it: without a body, with an empty object, with and without the last slash.
    for (verb, is_active) in
        [("deactivate/", false), ("activate", true), ("deactivate", false), ("deactivate/", false)]
    {
        let answer = admin.send(Method::POST, &format!("{}{verb}", at(&id)), &[], Body::empty()).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::ACCEPTED, json!({})), "{verb}");
        assert_eq!(admin.get(&at(&id)).await.json()["is_active"], is_active, "{verb}");
    }
    assert_eq!(amina.code("{ viewer { principal { signInMethod } } }", json!({})).await, "UNAUTHENTICATED");
    let answer = admin.post(&format!("{}activate/", at(&id)), &json!({})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
}

#[tokio::test]
async fn who_is_not_there_cannot_be_switched() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let deleted = worker(&admin, "gone", json!({})).await;
    assert_eq!(admin.delete(&at(&deleted)).await.status, StatusCode::ACCEPTED);
    app.space("globex", crate::support::ADMIN).await;
    let elsewhere = crate::scene::worker_of(&app, "globex", "far", Default::default()).await;
    for id in [deleted.as_str(), elsewhere.as_str(), "nonsense", &"0".repeat(32)] {
        for verb in ["activate/", "deactivate/"] {
            let answer = admin.post(&format!("{}{verb}", at(id)), &json!({})).await;
            assert_eq!(
                (answer.status, &answer.json()["code"]),
                (StatusCode::NOT_FOUND, &json!("NOT_FOUND")),
                "{id} {verb}"
            );
        }
    }
    let there = worker(&admin, "amina", json!({})).await;
    let answer = admin.post(&format!("{}promote/", at(&there)), &json!({})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "an address that is none");
}

#[tokio::test]
async fn who_may_only_see_workers_is_denied() {
    let app = TestApp::spawn().await;
    let id = worker(&app.admin().await, "amina", json!({})).await;
    let permissions = ["access_api", "view_commcare_users", "access_all_locations"];
    let viewer = user(&app, "viewer@acme.example", &permissions, &[]).await;
    for verb in ["activate/", "deactivate/"] {
        let answer = viewer.post(&format!("{}{verb}", at(&id)), &json!({})).await;
        let missing = json!(["edit_commcare_users"]);
        assert_eq!((answer.status, &answer.json()["missing"]), (StatusCode::FORBIDDEN, &missing), "{verb}");
    }
}
