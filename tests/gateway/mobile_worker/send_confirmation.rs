use super::confirm::{CONFIRM, token};
use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, assert_not_found, audited, faults, mails_of, member, nowhere,
    pairs, unconfirmed, worker, worker_at,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use serde_json::json;

const SEND: &str =
    "mutation($i: NodeInput!) { sendMobileWorkerConfirmation(input: $i) { userErrors { code path } } }";
const UPDATE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) { mobileWorker { status email } userErrors { code path } }
}";

#[tokio::test]
async fn a_link_is_mailed_in_the_workers_language_to_be_used_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = unconfirmed(&app, "amina").await;
    admin.run(UPDATE, json!({ "i": { "id": id, "language": "fr" } })).await;
    let (_, entry) = audited(&admin, &app, SEND, json!({ "i": { "id": id } })).await;
    assert_eq!(entry.action, "mobile_worker.send_confirmation");
    assert_eq!(entry.change("confirmation_sent_to"), Some((json!(null), json!("amina@example.org"))));
    assert_eq!(app.deliver().await, 1);
    let mail = app.mailbox.take().remove(0);
    assert_eq!(mail.letter.recipient.as_str(), "amina@example.org");
    assert_eq!(mail.written.subject, "Confirmez votre compte acme");
    let link = mail.letter.link.unwrap();
    assert!(link.starts_with("https://gate.example/confirm/fgl_"), "{link}");
    assert!(mail.written.text.contains(&link) && mail.written.text.contains("amina@acme.fieldgate.local"));
}

#[tokio::test]
async fn a_newer_link_takes_the_place_of_an_older_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = unconfirmed(&app, "amina").await;
    assert_eq!(faults(&admin, SEND, json!({ "id": id })).await, []);
    let first = token(&app, "amina@example.org").await;
    app.pass(TimeDelta::minutes(1));
    assert_eq!(faults(&admin, SEND, json!({ "id": id })).await, []);
    let second = token(&app, "amina@example.org").await;
    assert_ne!(first, second);
    let with = |token: &str| json!({ "token": token, "password": WORKER_PASSWORD });
    assert_eq!(faults(&app.stranger(), CONFIRM, with(&first)).await, pairs(&[("INVALID_TOKEN", "token")]));
    assert_eq!(faults(&app.stranger(), CONFIRM, with(&second)).await, []);
}

#[tokio::test]
async fn a_link_dies_with_the_address_it_was_sent_to() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = unconfirmed(&app, "amina").await;
    admin.run(SEND, json!({ "i": { "id": id } })).await;
    let token = token(&app, "amina@example.org").await;
    let changed = admin.run(UPDATE, json!({ "i": { "id": id, "email": "other@example.org" } })).await;
    assert_eq!(changed["data"]["updateMobileWorker"]["userErrors"], json!([]), "{changed}");
    let refused =
        faults(&app.stranger(), CONFIRM, json!({ "token": token, "password": WORKER_PASSWORD })).await;
    assert_eq!(refused, pairs(&[("INVALID_TOKEN", "token")]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_own_code() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let confirmed = worker(&app, "confirmed").await;
    assert_eq!(faults(&admin, SEND, json!({ "id": confirmed })).await, pairs(&[("ALREADY_CONFIRMED", "id")]));
    let id = unconfirmed(&app, "amina").await;
    // An account that waits for its confirmation keeps an address.
    let cleared = faults(&admin, UPDATE, json!({ "id": id, "email": null })).await;
    assert_eq!(cleared, pairs(&[("EMAIL_REQUIRED", "email")]));
    assert_eq!(admin.code(SEND, json!({ "i": { "id": id, "version": 7 } })).await, "CONFLICT");
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": id } })).await;
    assert_eq!(faults(&admin, SEND, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

#[tokio::test]
async fn an_edit_sends_it_too_and_to_the_new_address() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = unconfirmed(&app, "amina").await;
    let input = json!({ "id": id, "email": "new@example.org", "sendConfirmationEmailNow": true });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": input })).await;
    assert_eq!(payload["mobileWorker"]["status"], "PENDING_CONFIRMATION");
    assert_eq!(entry.change("confirmation_sent_to"), Some((json!(null), json!("new@example.org"))));
    let token = token(&app, "new@example.org").await;
    let confirmed =
        faults(&app.stranger(), CONFIRM, json!({ "token": token, "password": WORKER_PASSWORD })).await;
    assert_eq!(confirmed, []);
    // "If True and the user is an unconfirmed account": for another one it does nothing.
    assert_eq!(faults(&admin, UPDATE, json!({ "id": id, "sendConfirmationEmailNow": true })).await, []);
    assert_eq!(mails_of(&app, "account_confirmation").await, 1);
}

#[tokio::test]
async fn one_address_is_sent_twenty_an_hour_at_the_most() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = unconfirmed(&app, "amina").await;
    for _ in 0..20 {
        assert_eq!(faults(&admin, SEND, json!({ "id": id })).await, []);
        app.pass(TimeDelta::seconds(15));
    }
    let answer = admin.run(SEND, json!({ "i": { "id": id } })).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "RATE_LIMITED", "{answer}");
    assert_eq!(extensions["retryAfterSeconds"], 55 * 60 + 1, "{answer}");
    app.pass(TimeDelta::minutes(55));
    // The token lasts ten minutes.
    let admin = app.admin().await;
    assert_eq!(faults(&admin, SEND, json!({ "id": id })).await, []);
}

#[tokio::test]
async fn sending_it_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = unconfirmed(&app, "amina").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    assert_denied(&app, &viewer, SEND, [json!({ "id": id }), json!({ "id": nowhere("mw") })], said).await;
}

#[tokio::test]
async fn sending_it_is_denied_where_the_supervisor_does_not_reach() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let far = worker_at(&app, "far", &[&tree.southern]).await;
    let variables = |id: &str| json!({ "i": { "id": id } });
    assert_not_found(&supervisor, SEND, &variables(&far), &variables(&nowhere("mw"))).await;
}
