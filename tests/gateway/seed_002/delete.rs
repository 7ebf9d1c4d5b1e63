//! "User Delete (Mobile Worker)".

use super::{can_sign_in, global, read};
use crate::mobile_worker::delete::DELETE;
use crate::rest::{at, worker};
use crate::scene::faults;
use crate::support::TestApp;
use poem::http::StatusCode;
use serde_json::json;

// "Delete a CommCare (mobile-worker) user."
#[tokio::test]
async fn a_worker_is_deleted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({})).await;
    let gone = admin.delete(&at(&id)).await;
    assert_eq!((gone.status, gone.text.as_str()), (StatusCode::ACCEPTED, ""));
    assert_eq!(admin.get(&at(&id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.delete(&at(&id)).await.status, StatusCode::NOT_FOUND);
    assert!(!can_sign_in(&app, "jdoe", "qwer1234").await);

    let other = worker(&admin, "jane", json!({})).await;
    assert_eq!(faults(&admin, DELETE, json!({ "id": global("mw", &other) })).await, []);
    assert!(!can_sign_in(&app, "jane", "qwer1234").await);
    // The account alone is gone (DESIGN §6): GraphQL, which can restore it, shows it as deleted; REST does not have it.
    for id in [&id, &other] {
        assert_eq!(read(&app, &global("mw", id)).await["status"], "DELETED");
        assert_eq!(admin.get(&at(id)).await.status, StatusCode::NOT_FOUND);
    }
}
