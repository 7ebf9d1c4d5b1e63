use super::{RESET, answer_all, ask, token};
use crate::mobile_worker::set_password::want_strong_passwords;
use crate::scene::{entries, faults, fill_in, pairs, worker_with_address};
use crate::support::{ADMIN, PASSWORD, TestApp};
use chrono::TimeDelta;
use poem::http::StatusCode;
use serde_json::json;

const VIEW: &str = "{ viewer { principal { signInMethod } } }";
const NEW: &str = "a brand new password";

/// A link for this name, whose mail goes to this address.
async fn link(app: &TestApp, username: &str, email: &str) -> String {
    ask(&app.stranger(), json!({ "username": username })).await;
    assert_eq!(answer_all(app).await, 1);
    token(app, email).await
}

#[tokio::test]
async fn every_session_ends_nobody_is_signed_in_and_the_owner_hears_of_it() {
    let app = TestApp::spawn().await;
    let (one, two) = (app.admin().await, app.admin().await);
    let token = link(&app, ADMIN, ADMIN).await;
    assert_eq!(faults(&app.stranger(), RESET, json!({ "token": token, "password": NEW })).await, []);
    assert_eq!(one.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(two.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    app.sign_in(ADMIN, NEW).await;
    let login = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code path } } }";
    let old = faults(&app.stranger(), login, json!({ "username": ADMIN, "password": PASSWORD })).await;
    assert_eq!(old, pairs(&[("WRONG_CREDENTIALS", "")]));
    app.deliver().await;
    let mut subjects: Vec<_> = app.mailbox.take().into_iter().map(|mail| mail.written.subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["A new password", "Your password was changed"]);
}

#[tokio::test]
async fn a_link_that_is_none_used_replaced_or_old_is_denied_with_one_answer() {
    let app = TestApp::spawn().await;
    worker_with_address(&app, "amina").await;
    let replaced = link(&app, ADMIN, ADMIN).await;
    app.pass(TimeDelta::seconds(1));
    let used = link(&app, ADMIN, ADMIN).await;
    let input = |token: &str| json!({ "i": { "token": token, "password": NEW } });
    let done = app.stranger().run(RESET, input(&used)).await;
    assert_eq!(done["data"]["resetPassword"]["userErrors"], json!([]), "{done}");
    let old = link(&app, "amina@acme.fieldgate.local", "amina@example.org").await;
    app.pass(TimeDelta::hours(2));
    let mut answers = Vec::new();
    for wrong in [&replaced, &used, &old, "", "fgl_nothing", "\0"] {
        let answer = app.stranger().run(RESET, input(wrong)).await;
        assert_eq!(answer["data"]["resetPassword"]["userErrors"][0]["code"], "INVALID_TOKEN", "{answer}");
        answers.push(answer);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn each_kind_of_account_has_its_own_rule_and_a_refusal_leaves_the_link() {
    let app = TestApp::spawn().await;
    worker_with_address(&app, "amina").await;
    want_strong_passwords(&app).await;
    let weak = pairs(&[("PASSWORD_WEAK", "password")]);
    let admins = link(&app, ADMIN, ADMIN).await;
    let refused =
        faults(&app.stranger(), RESET, json!({ "token": admins, "password": "fourteen chars" })).await;
    assert_eq!(refused, weak);
    let aminas = link(&app, "amina@acme.fieldgate.local", "amina@example.org").await;
    for guessable in ["short", "password1", "amina1234"] {
        let refused = faults(&app.stranger(), RESET, json!({ "token": aminas, "password": guessable })).await;
        assert_eq!(refused, weak, "{guessable}");
    }
    let missing = faults(&app.stranger(), RESET, json!({ "token": aminas, "password": "" })).await;
    assert_eq!(missing, pairs(&[("REQUIRED", "password")]));
    assert_eq!(
        faults(&app.stranger(), RESET, json!({ "token": aminas, "password": "a7d8fhjkdf8d" })).await,
        []
    );
    app.sign_in("amina@acme.fieldgate.local", "a7d8fhjkdf8d").await;
}

#[tokio::test]
async fn of_two_who_come_with_one_link_at_once_one_is_served() {
    let app = TestApp::spawn().await;
    let token = link(&app, ADMIN, ADMIN).await;
    let input = |password: &str| json!({ "token": token, "password": password });
    let (one, two) = (app.stranger(), app.stranger());
    let (first, second) = tokio::join!(
        faults(&one, RESET, input("the first of two passwords")),
        faults(&two, RESET, input("the second of two passwords"))
    );
    assert!(first.is_empty() != second.is_empty(), "{first:?} {second:?}");
}

#[tokio::test]
async fn the_page_sets_a_password_and_looking_at_it_changes_nothing() {
    let app = TestApp::spawn().await;
    worker_with_address(&app, "amina").await;
    let path =
        format!("/reset-password/{}", link(&app, "amina@acme.fieldgate.local", "amina@example.org").await);
    let before = entries(&app, "").await.len();
    let page = app.stranger().get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("Set a new password") && page.text.contains("amina"), "{}", page.text);
    assert!(!page.text.contains("<script") && !page.text.contains("fgl_"), "{}", page.text);
    assert_eq!(app.stranger().get(&path).await.text, page.text);
    assert_eq!(entries(&app, "").await.len(), before);

    let weak = fill_in(&app, &path, "password=short").await;
    assert_eq!(weak.status, StatusCode::BAD_REQUEST);
    assert!(weak.text.contains("id=\"password-fault\"") && !weak.text.contains("short"), "{}", weak.text);
    let done = fill_in(&app, &path, "password=brand+new").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    app.sign_in("amina@acme.fieldgate.local", "brand new").await;
    assert_eq!(app.stranger().get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(fill_in(&app, &path, "password=brand+new").await.status, StatusCode::NOT_FOUND);
    // The worker's project space reads of it.
    let audit = "SELECT resource_kind, channel FROM audit_entry WHERE action = 'account.reset_password'
                 AND project_space_id IS NOT NULL";
    assert_eq!(app.rows(audit).await.unwrap(), [["account", "page"]]);
}
