//! "Send Password Reset Email (Mobile Worker)".

use super::{can_sign_in, global};
use crate::mobile_worker::send_password_reset::SEND;
use crate::password_reset::{RESET, token};
use crate::rest::{at, worker};
use crate::scene::{faults, mails_of};
use crate::support::TestApp;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::json;

// "Send a password reset email to a CommCare (mobile-worker) user."
#[tokio::test]
async fn a_password_reset_is_mailed_and_its_link_sets_a_new_password() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for username in ["jdoe", "jane"] {
        let email = format!("{username}@example.org");
        let id = worker(&admin, username, json!({ "email": email })).await;
        if username == "jdoe" {
            let path = format!("{}email_password_reset/", at(&id));
            let answer = admin.send(Method::POST, &path, &[], Body::empty()).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        } else {
            assert_eq!(faults(&admin, SEND, json!({ "id": global("mw", &id) })).await, []);
        }
        let reset = json!({ "token": token(&app, &email).await, "password": "brand new" });
        assert_eq!(faults(&app.stranger(), RESET, reset).await, []);
        assert!(
            can_sign_in(&app, username, "brand new").await && !can_sign_in(&app, username, "qwer1234").await
        );
    }
    assert_eq!(mails_of(&app, "password_reset").await, 2);
}

// "Request Body: Empty" and "Success: Returns HTTP 202 Accepted with an empty body." Of HTTP alone: GraphQL answers with a
// payload, whose `userErrors` are empty then.
#[tokio::test]
async fn the_request_has_no_body_and_the_answer_is_202_with_an_empty_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({ "email": "jdoe@example.org" })).await;
    let path = format!("{}email_password_reset/", at(&id));
    let answer = admin.send(Method::POST, &path, &[], Body::empty()).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::ACCEPTED, ""));
    assert!(answer.headers.get("content-type").is_none(), "{:?}", answer.headers);
    assert_eq!(mails_of(&app, "password_reset").await, 1);
}
