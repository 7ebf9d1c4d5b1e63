//! The page that the link in an invitation leads to.

use super::{invite, token};
use crate::support::{ADMIN, Answer, PASSWORD, TestApp};
use chrono::TimeDelta;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::json;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const NEWCOMER: &str = "first_name=Ana&last_name=Abreu&email=ana%40example.org&password=a+long+enough+password&agree_to_terms=yes";

async fn post(app: &TestApp, token: &str, headers: &[(&str, &str)], form: &str) -> Answer {
    let headers = [&[FORM], headers].concat();
    app.stranger()
        .send(Method::POST, &format!("/invitation/{token}"), &headers, Body::from(form.to_owned()))
        .await
}

async fn invited(app: &TestApp, email: &str) -> String {
    invite(&app.admin().await, email, json!({})).await;
    token(app, email).await
}

async fn members(app: &TestApp) -> usize {
    app.rows("SELECT CAST(joined_at AS TEXT) FROM membership").await.unwrap().len()
}

#[tokio::test]
async fn looking_at_the_page_changes_nothing_however_often() {
    let app = TestApp::spawn().await;
    let token = invited(&app, "ana@example.org").await;
    let path = format!("/invitation/{token}");
    let first = app.stranger().get(&path).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    for wanted in
        ["ana@example.org", "Create account", "as Admin", "name=\"first_name\"", "I agree to the terms"]
    {
        assert!(first.text.contains(wanted), "{wanted}: {}", first.text);
    }
    let head = app.stranger().send(Method::HEAD, &path, &[], Body::empty()).await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(app.stranger().get(&path).await.text, first.text);
    assert_eq!(members(&app).await, 1);
    assert_eq!(post(&app, &token, &[], NEWCOMER).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_page_keeps_the_token_to_itself() {
    let app = TestApp::spawn().await;
    let token = invited(&app, "ana@example.org").await;
    let page = app.stranger().get(&format!("/invitation/{token}")).await;
    assert!(!page.text.contains(&token) && !page.text.contains("<script"), "{}", page.text);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for rule in ["default-src 'none'", "style-src 'sha256-", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_newcomer_gets_an_account_and_signs_in_with_it() {
    let app = TestApp::spawn().await;
    let token = invited(&app, "ana@example.org").await;
    let done = post(&app, &token, &[("sec-fetch-site", "same-origin")], NEWCOMER).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert!(done.text.contains("sign in with your e-mail address"), "{}", done.text);
    let ana = app.sign_in("ana@example.org", PASSWORD).await;
    let answer = ana.run("{ viewer { projectSpaces { isAdmin projectSpace { name } } } }", json!({})).await;
    assert_eq!(
        answer["data"]["viewer"]["projectSpaces"],
        json!([{ "isAdmin": true, "projectSpace": { "name": "acme" } }])
    );
    let entry = app.rows("SELECT channel FROM audit_entry WHERE action = 'invitation.accept'").await.unwrap();
    assert_eq!(entry, [["page"]]);
    // The link was good once.
    let again = app.stranger().get(&format!("/invitation/{token}")).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert_eq!(post(&app, &token, &[], NEWCOMER).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn everything_wrong_with_a_form_is_shown_beside_its_field_and_what_was_typed_comes_back() {
    let app = TestApp::spawn().await;
    let token = invited(&app, "ana@example.org").await;
    let page = post(&app, &token, &[], "first_name=%3Cb%3EAna&email=nobody&password=short").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    for field in ["last_name", "email", "password"] {
        assert!(page.text.contains(&format!("id=\"{field}-fault\"")), "{field}: {}", page.text);
    }
    assert!(page.text.contains("agree to the terms of service</p>"), "{}", page.text);
    assert!(page.text.contains("value=\"&lt;b&gt;Ana\"") && !page.text.contains("<b>Ana"), "{}", page.text);
    assert!(!page.text.contains("short"), "a password never comes back: {}", page.text);
    assert_eq!(members(&app).await, 1);
}

#[tokio::test]
async fn who_has_an_account_joins_by_its_password() {
    let app = TestApp::spawn().await;
    app.space("other", "boss@other.example").await;
    let token = invited(&app, "boss@other.example").await;
    let page = app.stranger().get(&format!("/invitation/{token}")).await;
    assert!(page.text.contains("Sign in and join") && !page.text.contains("first_name"), "{}", page.text);
    let wrong = post(&app, &token, &[], "password=not+the+password").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.text);
    assert_eq!(members(&app).await, 2);
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(post(&app, &token, &[], &form).await.status, StatusCode::OK);
    assert_eq!(members(&app).await, 3);
}

#[tokio::test]
async fn a_link_that_is_none_or_over_says_so_and_no_more() {
    let app = TestApp::spawn().await;
    let token = invited(&app, "ana@example.org").await;
    for wrong in ["x", "fgl_x", &token.to_lowercase(), "%00", "..%2f..%2fetc"] {
        let answer = app.stranger().get(&format!("/invitation/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        assert!(!answer.text.contains("ana@example.org"), "{}", answer.text);
        assert_eq!(post(&app, wrong, &[], NEWCOMER).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    app.pass(TimeDelta::days(30));
    assert_eq!(app.stranger().get(&format!("/invitation/{token}")).await.status, StatusCode::GONE);
    assert_eq!(post(&app, &token, &[], NEWCOMER).await.status, StatusCode::GONE);
    assert_eq!(members(&app).await, 1);
}

#[tokio::test]
async fn a_form_that_another_site_sends_is_denied() {
    let app = TestApp::spawn().await;
    let token = invited(&app, "ana@example.org").await;
    let elsewhere: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example"), ("host", "fieldgate.example")],
        &[("origin", "null"), ("host", "fieldgate.example")],
    ];
    for headers in elsewhere {
        assert_eq!(post(&app, &token, headers, NEWCOMER).await.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let path = format!("/invitation/{token}");
    let json = [("content-type", "application/json")];
    let answer = app.stranger().send(Method::POST, &path, &json, Body::from("{}")).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = format!("first_name={}", "x".repeat(20_000));
    assert_eq!(post(&app, &token, &[], &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let put = app.stranger().send(Method::PUT, &path, &[], Body::empty()).await;
    assert_eq!(
        (put.status, put.headers["allow"].to_str().unwrap()),
        (StatusCode::METHOD_NOT_ALLOWED, "GET, POST")
    );
    let here = [("origin", "https://fieldgate.example"), ("host", "fieldgate.example")];
    assert_eq!(post(&app, &token, &here, NEWCOMER).await.status, StatusCode::OK);
    assert_eq!(app.sign_in(ADMIN, PASSWORD).await.get("/health").await.status, StatusCode::OK);
}
