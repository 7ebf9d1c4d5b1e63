use crate::password_reset::{RESET, token};
use crate::scene::{
    VIEWER, assert_denied, audited, faults, mails_of, member, nowhere, pairs, unconfirmed, worker,
    worker_with_address,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use serde_json::json;

pub const SEND: &str =
    "mutation($i: NodeInput!) { sendMobileWorkerPasswordReset(input: $i) { userErrors { code path } } }";
const DEACTIVATE: &str =
    "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { userErrors { code } } }";

#[tokio::test]
async fn a_link_is_mailed_and_the_old_password_works_until_it_is_used() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_with_address(&app, "amina").await;
    let (_, entry) = audited(&admin, &app, SEND, json!({ "i": { "id": id } })).await;
    assert_eq!(entry.action, "mobile_worker.send_password_reset");
    assert_eq!(entry.change("password_reset_sent_to"), Some((json!(null), json!("amina@example.org"))));
    app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let token = token(&app, "amina@example.org").await;
    let reset = faults(&app.stranger(), RESET, json!({ "token": token, "password": "brand new" })).await;
    assert_eq!(reset, []);
    app.sign_in("amina@acme.fieldgate.local", "brand new").await;
}

#[tokio::test]
async fn rest_answers_202_with_an_empty_body() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_with_address(&app, "amina").await;
    let path = format!("/a/acme/api/user/v1/{}/email_password_reset/", id.strip_prefix("mw_").unwrap());
    let empty = poem::Body::empty();
    let answer = admin.send(poem::http::Method::POST, &path, &[], empty).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
    assert_eq!(mails_of(&app, "password_reset").await, 1);
    for _ in 0..4 {
        app.pass(TimeDelta::seconds(1));
        assert_eq!(admin.post(&path, &json!({})).await.status.as_u16(), 202);
    }
    let often = admin.post(&path, &json!({})).await;
    assert_eq!(
        (often.status.as_u16(), &often.json()["code"]),
        (429, &json!("RATE_LIMITED")),
        "{}",
        often.text
    );
    assert_eq!(often.headers["retry-after"], "3597");
    assert_eq!(admin.get(&path).await.status.as_u16(), 405);
    let unknown = format!("/a/acme/api/user/v1/{}/email_password_reset/", "0".repeat(32));
    assert_eq!(admin.post(&unknown, &json!({})).await.status.as_u16(), 404);
    assert_eq!(app.stranger().post(&path, &json!({})).await.status.as_u16(), 401);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_own_code() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let homeless = worker(&app, "homeless").await;
    assert_eq!(faults(&admin, SEND, json!({ "id": homeless })).await, pairs(&[("EMAIL_REQUIRED", "id")]));
    let pending = unconfirmed(&app, "pending").await;
    assert_eq!(
        faults(&admin, SEND, json!({ "id": pending })).await,
        pairs(&[("CONFIRMATION_PENDING", "id")])
    );
    let amina = worker_with_address(&app, "amina").await;
    admin.run(DEACTIVATE, json!({ "i": { "id": amina } })).await;
    assert_eq!(faults(&admin, SEND, json!({ "id": amina })).await, pairs(&[("INVALID_STATE", "id")]));
    let path = format!("/a/acme/api/user/v1/{}/email_password_reset/", amina.strip_prefix("mw_").unwrap());
    let refused = admin.post(&path, &json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["errors"][0]["code"]),
        (400, &json!("INVALID_STATE"))
    );
    assert_eq!(mails_of(&app, "password_reset").await, 0);
}

#[tokio::test]
async fn a_password_that_is_set_otherwise_takes_the_link_back() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_with_address(&app, "amina").await;
    admin.run(SEND, json!({ "i": { "id": id } })).await;
    let token = token(&app, "amina@example.org").await;
    let set = json!({ "i": { "id": id, "password": "by the admin" } });
    admin.run(super::set_password::SET, set).await;
    let refused = faults(&app.stranger(), RESET, json!({ "token": token, "password": "brand new" })).await;
    assert_eq!(refused, pairs(&[("INVALID_TOKEN", "token")]));
}

#[tokio::test]
async fn sending_it_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker_with_address(&app, "amina").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    assert_denied(&app, &viewer, SEND, [json!({ "id": id }), json!({ "id": nowhere("mw") })], said).await;
}
