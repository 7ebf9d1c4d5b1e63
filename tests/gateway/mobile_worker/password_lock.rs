//! While a worker's PersonalID link is active, nobody sets, resets or changes their password, through whatever door.

use super::set_password::SET;
use crate::password_reset::{RESET, answer_all, ask, token};
use crate::personal_id::{connect, plant};
use crate::scene::{faults, fill_in, mails_of, pairs, worker_with_address};
use crate::support::{TestApp, WORKER_PASSWORD};
use poem::http::StatusCode;
use serde_json::json;

const CHANGE: &str =
    "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { userErrors { code path } } }";
const SEND: &str =
    "mutation($i: NodeInput!) { sendMobileWorkerPasswordReset(input: $i) { userErrors { code path } } }";
const LOCKED: &str = "PASSWORD_LOCKED_BY_PERSONAL_ID";

async fn hash(app: &TestApp) -> String {
    app.rows("SELECT password_hash FROM mobile_worker WHERE username = 'amina'").await.unwrap()[0][0].clone()
}

#[tokio::test]
async fn every_door_is_closed_while_the_link_is_active_and_open_again_when_it_is_not() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let admin = app.admin().await;
    let id = worker_with_address(&app, "amina").await;
    let one = format!("/a/acme/api/user/v1/{}/", id.strip_prefix("mw_").unwrap());
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    // A link to a new password that was sent before.
    ask(&app.stranger(), json!({ "username": "amina@acme.fieldgate.local" })).await;
    assert_eq!(answer_all(&app).await, 1);
    let link = token(&app, "amina@example.org").await;
    let before = hash(&app).await;

    plant(&app, "amina", "active").await;
    let set = json!({ "id": id, "password": "another one" });
    assert_eq!(faults(&admin, SET, set.clone()).await, pairs(&[(LOCKED, "password")]));
    let edit = admin.put(&one, &json!({ "password": "another one" })).await;
    assert_eq!((edit.status, &edit.json()["errors"][0]["code"]), (StatusCode::BAD_REQUEST, &json!(LOCKED)));
    let change = json!({ "currentPassword": WORKER_PASSWORD, "newPassword": "another one" });
    assert_eq!(faults(&amina, CHANGE, change.clone()).await, pairs(&[(LOCKED, "newPassword")]));
    assert_eq!(faults(&admin, SEND, json!({ "id": id })).await, pairs(&[(LOCKED, "id")]));
    let mail = admin.post(&format!("{one}email_password_reset/"), &json!({})).await;
    assert_eq!((mail.status, &mail.json()["errors"][0]["code"]), (StatusCode::BAD_REQUEST, &json!(LOCKED)));
    ask(&app.stranger(), json!({ "username": "amina@acme.fieldgate.local" })).await;
    assert_eq!(answer_all(&app).await, 1);
    assert_eq!(mails_of(&app, "password_reset").await, 1, "no other link is sent");
    let reset = json!({ "token": link, "password": "another one" });
    assert_eq!(faults(&app.stranger(), RESET, reset.clone()).await, pairs(&[(LOCKED, "password")]));
    let page = fill_in(&app, &format!("/reset-password/{link}"), "password=another+one").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
    assert_eq!(hash(&app).await, before);

    plant(&app, "amina", "inactive").await;
    assert_eq!(faults(&app.stranger(), RESET, reset).await, []);
    assert_ne!(hash(&app).await, before);
    assert_eq!(faults(&admin, SET, set).await, []);
    assert_eq!(admin.put(&one, &json!({ "password": "a third one" })).await.status, StatusCode::OK);
    assert_eq!(faults(&admin, SEND, json!({ "id": id })).await, []);
}
