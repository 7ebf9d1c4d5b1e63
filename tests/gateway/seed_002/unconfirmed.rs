//! "User Creation (Mobile Worker)": accounts that the worker has yet to confirm.

use super::{can_sign_in, create, create_over_graphql, made, read};
use crate::mobile_worker::confirm::CONFIRM;
use crate::rest::{WORKERS, fault, faults};
use crate::scene::{mails_of, pairs};
use crate::support::{TestApp, WORKER_PASSWORD};
use poem::http::StatusCode;
use serde_json::{Value as Json, json};

// "require_account_confirmation: If True, creates an unconfirmed account (similar to a deactivated account)."
#[tokio::test]
async fn an_unconfirmed_account_cannot_sign_in_like_a_deactivated_one() {
    let app = TestApp::spawn().await;
    let body =
        json!({ "username": "jdoe", "email": "jdoe@example.org", "require_account_confirmation": true });
    let new = create(&app, body).await.json();
    assert_eq!((&new["is_active"], &new["is_account_confirmed"]), (&json!(false), &json!(false)));
    let listed = app.admin().await.get(&format!("{WORKERS}?archived=true")).await.json();
    assert_eq!(listed["objects"][0]["username"], "jdoe@acme.fieldgate.local", "{listed}");
    let input =
        json!({ "username": "jane", "email": "jane@example.org", "requireAccountConfirmation": true });
    assert_eq!(made(&app, input).await["status"], "PENDING_CONFIRMATION");
    for username in ["jdoe", "jane"] {
        assert!(
            !can_sign_in(&app, username, "").await && !can_sign_in(&app, username, WORKER_PASSWORD).await
        );
    }
    // Nothing was asked to be sent.
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

// "require_account_confirmation: … False by default."
#[tokio::test]
async fn accounts_are_confirmed_by_default() {
    let app = TestApp::spawn().await;
    let new = create(&app, json!({ "username": "jdoe", "password": "qwer1234" })).await.json();
    assert_eq!((&new["is_active"], &new["is_account_confirmed"]), (&json!(true), &json!(true)));
    let no = json!({
        "username": "jane", "password": "qwer1234", "require_account_confirmation": "False",
        "send_confirmation_email_now": "False",
    });
    assert_eq!(create(&app, no).await.json()["is_active"], true);
    assert_eq!(made(&app, json!({ "username": "amina", "password": "qwer1234" })).await["status"], "ACTIVE");
    let no = json!({
        "username": "bilal", "password": "qwer1234", "requireAccountConfirmation": false,
        "sendConfirmationEmailNow": false,
    });
    assert_eq!(made(&app, no).await["status"], "ACTIVE");
}

// "send_confirmation_email_now: If True, immediately sends an account confirmation email*."
#[tokio::test]
async fn the_confirmation_mail_is_sent_at_once_and_its_link_makes_the_account_an_active_one() {
    let app = TestApp::spawn().await;
    let body = json!({
        "username": "jdoe", "email": "jdoe@example.org", "require_account_confirmation": "True",
        "send_confirmation_email_now": "True",
    });
    assert_eq!(create(&app, body).await.status, StatusCode::CREATED);
    let input = json!({
        "username": "jane", "email": "jane@example.org", "requireAccountConfirmation": true,
        "sendConfirmationEmailNow": true,
    });
    let jane = made(&app, input).await;
    assert_eq!(app.deliver().await, 2);
    let mails = app.mailbox.take();
    for username in ["jdoe", "jane"] {
        let address = format!("{username}@example.org");
        let mail = mails.iter().find(|mail| mail.letter.recipient.as_str() == address).unwrap();
        let token = mail.letter.link.as_ref().unwrap().rsplit('/').next().unwrap();
        let confirm = json!({ "token": token, "password": "qwer1234" });
        assert_eq!(crate::scene::faults(&app.stranger(), CONFIRM, confirm).await, []);
        assert!(can_sign_in(&app, username, "qwer1234").await);
    }
    assert_eq!(read(&app, jane["id"].as_str().unwrap()).await["status"], "ACTIVE");
}

// "send_confirmation_email_now: … False by default."
#[tokio::test]
async fn no_confirmation_mail_is_sent_by_default() {
    let app = TestApp::spawn().await;
    let body =
        json!({ "username": "jdoe", "email": "jdoe@example.org", "require_account_confirmation": "True" });
    assert_eq!(create(&app, body).await.status, StatusCode::CREATED);
    let input =
        json!({ "username": "jane", "email": "jane@example.org", "requireAccountConfirmation": true });
    made(&app, input).await;
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

// "To send a confirmation email, the following must be true: ‘password’ should be excluded from the input"
#[tokio::test]
async fn a_password_does_not_go_with_a_confirmation() {
    let app = TestApp::spawn().await;
    let body = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "require_account_confirmation": "True",
        "send_confirmation_email_now": "True",
    });
    let refused = create(&app, body).await;
    assert_eq!(faults(&refused.json()), [fault("PASSWORD_NOT_ALLOWED", &["password"])]);
    let input = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "requireAccountConfirmation": true,
        "sendConfirmationEmailNow": true,
    });
    assert_eq!(create_over_graphql(&app, input).await, pairs(&[("PASSWORD_NOT_ALLOWED", "password")]));
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

// "‘email’ should be included in the input"
#[tokio::test]
async fn a_confirmation_needs_an_address() {
    let app = TestApp::spawn().await;
    for email in [Json::Null, json!("")] {
        let body = json!({
            "username": "jdoe", "email": email, "require_account_confirmation": "True", "send_confirmation_email_now": "True",
        });
        let expected = [fault("EMAIL_REQUIRED", &["email"])];
        assert_eq!(faults(&create(&app, body).await.json()), expected, "{email}");
        let input = json!({
            "username": "jdoe", "email": email, "requireAccountConfirmation": true, "sendConfirmationEmailNow": true,
        });
        let expected = pairs(&[("EMAIL_REQUIRED", "email")]);
        assert_eq!(create_over_graphql(&app, input).await, expected, "{email}");
    }
    // An address that is none is told as that, once.
    let body = json!({ "username": "jdoe", "email": "nobody", "require_account_confirmation": "True" });
    assert_eq!(faults(&create(&app, body).await.json()), [fault("EMAIL_INVALID", &["email"])]);
    let input = json!({ "username": "jdoe", "email": "nobody", "requireAccountConfirmation": true });
    assert_eq!(create_over_graphql(&app, input).await, pairs(&[("EMAIL_INVALID", "email")]));
}

// "‘require_account_confirmation’ must be True"
#[tokio::test]
async fn a_confirmation_mail_needs_an_account_to_be_confirmed() {
    let app = TestApp::spawn().await;
    let body = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "send_confirmation_email_now": "True",
    });
    let refused = create(&app, body).await;
    let expected = [fault("CONFIRMATION_NOT_REQUIRED", &["send_confirmation_email_now"])];
    assert_eq!((refused.status, faults(&refused.json())), (StatusCode::BAD_REQUEST, expected.to_vec()));
    let input = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "sendConfirmationEmailNow": true,
    });
    let refused = create_over_graphql(&app, input).await;
    assert_eq!(refused, pairs(&[("CONFIRMATION_NOT_REQUIRED", "sendConfirmationEmailNow")]));
    assert_eq!(app.rows("SELECT username FROM mobile_worker").await.unwrap().len(), 0, "nothing is created");
}
