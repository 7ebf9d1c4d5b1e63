use super::set_password::want_strong_passwords;
use crate::invitation::everything;
use crate::scene::{faults, fill_in, link_token, pairs, unconfirmed};
use crate::support::{Actor, TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

pub const CONFIRM: &str = "mutation($i: ConfirmMobileWorkerInput!) {
    confirmMobileWorker(input: $i) {
        accessToken
        viewer { principal { signInMethod user { ... on MobileWorker { username firstName lastName status } } } }
        userErrors { code path message }
    }
}";
const PREVIEW: &str = "query($t: String!) {
    confirmationPreview(token: $t) { projectSpaceName loginName firstName lastName email expiresAt }
}";
const SEND: &str =
    "mutation($i: NodeInput!) { sendMobileWorkerConfirmation(input: $i) { userErrors { code path } } }";

/// The token of the newest link to this address.
pub async fn token(app: &TestApp, email: &str) -> String {
    link_token(app, "account_confirmation", email, "/confirm/").await
}

async fn sent(app: &TestApp, username: &str) -> String {
    let id = unconfirmed(app, username).await;
    let answer = app.admin().await.run(SEND, json!({ "i": { "id": id } })).await;
    assert_eq!(answer["data"]["sendMobileWorkerConfirmation"]["userErrors"], json!([]), "{answer}");
    token(app, &format!("{username}@example.org")).await
}

async fn login(actor: &Actor<'_>, password: &str) -> Vec<(String, String)> {
    let login = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code path } } }";
    faults(actor, login, json!({ "username": "amina@acme.fieldgate.local", "password": password })).await
}

#[tokio::test]
async fn a_worker_confirms_their_account_and_is_signed_in() {
    let app = TestApp::spawn().await;
    let token = sent(&app, "amina").await;
    assert_eq!(login(&app.stranger(), WORKER_PASSWORD).await, pairs(&[("WRONG_CREDENTIALS", "")]));
    let preview = app.stranger().run(PREVIEW, json!({ "t": token })).await;
    assert_eq!(
        preview["data"]["confirmationPreview"],
        json!({
            "projectSpaceName": "acme", "loginName": "amina@acme.fieldgate.local", "firstName": "Amina", "lastName": "",
            "email": "amina@example.org", "expiresAt": preview["data"]["confirmationPreview"]["expiresAt"],
        })
    );
    let input = json!({ "token": token, "lastName": " Diallo ", "password": WORKER_PASSWORD });
    let answer = app.stranger().run(CONFIRM, json!({ "i": input })).await;
    let payload = &answer["data"]["confirmMobileWorker"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    assert_eq!(
        payload["viewer"]["principal"],
        json!({
            "signInMethod": "PASSWORD",
            "user": { "username": "amina", "firstName": "Amina", "lastName": "Diallo", "status": "ACTIVE" },
        })
    );
    let amina =
        app.stranger().with_authorization(&format!("Bearer {}", payload["accessToken"].as_str().unwrap()));
    let viewer = amina.run("{ viewer { principal { signInMethod } } }", json!({})).await;
    assert!(viewer["data"]["viewer"].is_object(), "{viewer}");
    assert_eq!(login(&app.stranger(), WORKER_PASSWORD).await, []);
    let audit =
        "SELECT resource_kind, CAST(changes AS TEXT) FROM audit_entry WHERE action = 'mobile_worker.confirm'";
    let entry = app.rows(audit).await.unwrap();
    assert_eq!((entry.len(), entry[0][0].as_str()), (1, "mobile_worker"));
    assert!(entry[0][1].contains("pending_confirmation") && !entry[0][1].contains("argon2"), "{entry:?}");
}

#[tokio::test]
async fn a_link_is_good_once_and_for_a_week_and_one_that_is_not_is_denied_with_one_answer() {
    let app = TestApp::spawn().await;
    let input = |token: &str| json!({ "token": token, "password": WORKER_PASSWORD });
    let used = sent(&app, "used").await;
    assert_eq!(faults(&app.stranger(), CONFIRM, input(&used)).await, []);
    let old = sent(&app, "old").await;
    app.pass(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert!(
        app.stranger().run(PREVIEW, json!({ "t": old })).await["data"]["confirmationPreview"].is_object()
    );
    app.pass(TimeDelta::seconds(1));
    let mut answers = Vec::new();
    for wrong in [&used, &old, "", "fgl_nothing", &old.to_lowercase(), "\0"] {
        let preview = app.stranger().run(PREVIEW, json!({ "t": wrong })).await;
        assert_eq!(preview["data"]["confirmationPreview"], Json::Null, "{wrong}");
        let answer = app.stranger().run(CONFIRM, json!({ "i": input(wrong) })).await;
        assert_eq!(
            answer["data"]["confirmMobileWorker"]["userErrors"][0]["code"], "INVALID_TOKEN",
            "{answer}"
        );
        answers.push(answer);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_the_link_still_works() {
    let app = TestApp::spawn().await;
    let token = sent(&app, "amina").await;
    let input = json!({ "token": token, "firstName": "x".repeat(151), "lastName": "x".repeat(151), "password": "short" });
    let expected = [("TOO_LONG", "firstName"), ("TOO_LONG", "lastName"), ("PASSWORD_WEAK", "password")];
    assert_eq!(faults(&app.stranger(), CONFIRM, input).await, pairs(&expected));
    let missing = faults(&app.stranger(), CONFIRM, json!({ "token": token })).await;
    assert_eq!(missing, pairs(&[("REQUIRED", "password")]));
    want_strong_passwords(&app).await;
    let weak = json!({ "token": token, "firstName": "Farida", "password": "farida123" });
    assert_eq!(faults(&app.stranger(), CONFIRM, weak).await, pairs(&[("PASSWORD_WEAK", "password")]));
    let strong = json!({ "token": token, "password": "a7d8fhjkdf8d" });
    assert_eq!(faults(&app.stranger(), CONFIRM, strong).await, []);
}

#[tokio::test]
async fn of_two_who_confirm_at_once_one_does() {
    let app = TestApp::spawn().await;
    let token = sent(&app, "amina").await;
    let input = |password: &str| json!({ "token": token, "password": password });
    let (one, two) = (app.stranger(), app.stranger());
    let (first, second) =
        tokio::join!(faults(&one, CONFIRM, input("the first")), faults(&two, CONFIRM, input("the second")));
    assert!(first.is_empty() != second.is_empty(), "{first:?} {second:?}");
    let known = if first.is_empty() { "the first" } else { "the second" };
    assert_eq!(login(&app.stranger(), known).await, []);
}

#[tokio::test]
async fn neither_the_token_nor_what_it_is_made_of_is_kept_once_the_mail_is_sent() {
    let app = TestApp::spawn().await;
    let token = sent(&app, "amina").await;
    assert_eq!(app.deliver().await, 1);
    let mail = app.mailbox.take().remove(0);
    assert!(mail.letter.link.unwrap().ends_with(&token));
    let kept = everything(&app).await;
    assert!(
        !kept.contains(&token) && !kept.contains("\"seed\""),
        "a database that was copied opens no account"
    );
}

#[tokio::test]
async fn a_worker_who_was_deleted_or_whose_space_changed_them_meanwhile_is_denied_or_asked_again() {
    let app = TestApp::spawn().await;
    let token = sent(&app, "amina").await;
    let admin = app.admin().await;
    let find = "{ projectSpace(name: \"acme\") { mobileWorker(username: \"amina\") { id } } }";
    let found = admin.run(find, json!({})).await;
    let id = found["data"]["projectSpace"]["mobileWorker"]["id"].clone();
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": id } })).await;
    let input = json!({ "token": token, "password": WORKER_PASSWORD });
    assert_eq!(faults(&app.stranger(), CONFIRM, input.clone()).await, pairs(&[("INVALID_TOKEN", "token")]));
    // Brought back, they are what they were: yet to confirm.
    let restore = "mutation($i: NodeInput!) { restoreMobileWorker(input: $i) { mobileWorker { status } } }";
    let restored = admin.run(restore, json!({ "i": { "id": id } })).await;
    assert_eq!(restored["data"]["restoreMobileWorker"]["mobileWorker"]["status"], "PENDING_CONFIRMATION");
    assert_eq!(faults(&app.stranger(), CONFIRM, input).await, []);
}

#[tokio::test]
async fn the_page_confirms_without_a_script_and_looking_at_it_changes_nothing() {
    let app = TestApp::spawn().await;
    let path = format!("/confirm/{}", sent(&app, "amina").await);
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = app.stranger().send(method, &path, &[], poem::Body::empty()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    let page = app.stranger().get(&path).await;
    for wanted in
        ["Confirm your account of acme", "amina@acme.fieldgate.local", "value=\"Amina\"", "name=\"password\""]
    {
        assert!(page.text.contains(wanted), "{wanted}: {}", page.text);
    }
    assert!(!page.text.contains("<script") && !page.text.contains("fgl_"), "{}", page.text);
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["cache-control"], "no-store");

    let weak = fill_in(&app, &path, "first_name=%3Cb%3EAna&last_name=D&password=short").await;
    assert_eq!(weak.status, StatusCode::BAD_REQUEST);
    assert!(
        weak.text.contains("id=\"password-fault\"") && weak.text.contains("&lt;b&gt;Ana"),
        "{}",
        weak.text
    );
    assert!(!weak.text.contains("short"), "a password never comes back: {}", weak.text);

    let form = format!("first_name=Amina&last_name=Diallo&password={WORKER_PASSWORD}");
    let done = fill_in(&app, &path, &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert!(done.text.contains("Sign in as amina@acme.fieldgate.local"), "{}", done.text);
    app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    assert_eq!(app.stranger().get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(fill_in(&app, &path, &form).await.status, StatusCode::NOT_FOUND);
    let channel =
        app.rows("SELECT channel FROM audit_entry WHERE action = 'mobile_worker.confirm'").await.unwrap();
    assert_eq!(channel, [["page"]]);
}
