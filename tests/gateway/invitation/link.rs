//! What the page of a link leaves behind: what was asked of it, and nothing else. How it looks and what it takes is in
//! `page`.

use super::{INVITE, input, invite, join, token};
use crate::scene::{entries, faults};
use crate::support::{Actor, Answer, PASSWORD, TestApp};
use chrono::TimeDelta;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};

const FORM: &str = "application/x-www-form-urlencoded";
/// What a browser says of a form that one of our own pages sent.
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");
const ANA: &str = "first_name=Ana&last_name=Abreu&email=ana%40example.org&password=a+long+enough+password&agree_to_terms=yes";

fn at(token: &str) -> String {
    format!("/invitation/{token}")
}

async fn post(actor: &Actor<'_>, token: &str, form: &str) -> Answer {
    let headers = [("content-type", FORM), OURS];
    actor.send(Method::POST, &at(token), &headers, Body::from_string(form.to_owned())).await
}

async fn members(app: &TestApp) -> usize {
    app.rows("SELECT 'x' FROM membership").await.unwrap().len()
}

#[tokio::test]
async fn looking_at_a_page_changes_nothing_however_often() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let before = (entries(&app, "").await.len(), super::everything(&app).await);
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = app.stranger().send(method, &at(&token), &[], Body::empty()).await;
        assert_eq!(page.status, StatusCode::OK);
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let page = app.stranger().send(method, &at(&token), &[], Body::empty()).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!((entries(&app, "").await.len(), super::everything(&app).await), before);
    join(&app, &token).await;
}

#[tokio::test]
async fn somebody_new_fills_the_form_in_and_can_sign_in() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let done = post(&app.stranger(), &token, ANA).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert!(done.text.contains("sign in with your e-mail address"), "{}", done.text);
    // A slash is escaped too.
    assert!(done.text.replace("&#x2f;", "/").contains("href=\"/graphql\""), "{}", done.text);
    app.sign_in("ana@example.org", PASSWORD).await;
    let accepted = entries(&app, "").await;
    let accepted = accepted.iter().find(|entry| entry.action == "invitation.accept").unwrap();
    assert_eq!(accepted.channel, "page");
    // No session was opened that nobody has the tokens of: the admin's, and the one just now.
    assert_eq!(app.rows("SELECT 'x' FROM session").await.unwrap().len(), 2);

    let again = post(&app.stranger(), &token, ANA).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert_eq!(app.stranger().get(&at(&token)).await.status, StatusCode::GONE);
    assert_eq!(members(&app).await, 2);
}

#[tokio::test]
async fn links_that_do_not_work_say_so_and_no_more() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    let deleted = token(&app, "ana@example.org").await;
    let delete = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": made["id"] } })).await;
    let unknown = app.stranger().get(&at("fgl_nothing")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for token in [deleted.as_str(), "%00", "x", "%3Cscript%3E"] {
        let page = app.stranger().get(&at(token)).await;
        assert_eq!((page.status, &page.text), (unknown.status, &unknown.text), "{token}");
        let page = post(&app.stranger(), token, ANA).await;
        assert_eq!((page.status, &page.text), (unknown.status, &unknown.text), "{token}");
    }
    app.pass(TimeDelta::seconds(1));
    invite(&admin, "ana@example.org", json!({})).await;
    let late = token(&app, "ana@example.org").await;
    app.pass(TimeDelta::days(30));
    for page in [app.stranger().get(&at(&late)).await, post(&app.stranger(), &late, ANA).await] {
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.text.contains("be invited again") && !page.text.contains("ana@"), "{}", page.text);
    }
}

#[tokio::test]
async fn of_two_who_send_the_form_at_once_one_joins() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let (one, two) = (app.stranger(), app.stranger());
    let both = tokio::join!(post(&one, &token, ANA), post(&two, &token, ANA));
    let mut both = [both.0.status, both.1.status];
    both.sort();
    assert_eq!((both, members(&app).await), ([StatusCode::OK, StatusCode::GONE], 2));
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_knows_that_a_page_was_asked_for_and_not_with_which_token() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    invite(&admin, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    app.stranger().get(&at(&token)).await;
    post(&app.stranger(), &token, ANA).await;
    let preview = "query($t: String!) { invitationPreview(token: $t) { status } }";
    app.stranger().run(preview, json!({ "t": token })).await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("/invitation/…"), "{log}");
    assert!(!log.contains(&token) && !log.contains(&token[10..30]), "the token is in the log");
    assert!(!log.contains(PASSWORD), "the password is in the log");
    let taken = faults(&admin, INVITE, input("ana@example.org", json!({}))).await;
    assert_eq!(taken[0].0, "ALREADY_MEMBER");
}
