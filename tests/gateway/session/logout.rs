use super::login::LOGIN;
use crate::scene::{audited, entries, faults, pairs};
use crate::support::{ADMIN, PASSWORD, TestApp};
use serde_json::json;

const LOGOUT: &str = "mutation { logout { userErrors { code } } }";
const VIEW: &str = "{ viewer { principal { signInMethod } } }";

#[tokio::test]
async fn neither_token_is_taken_after_a_logout_and_other_sessions_go_on() {
    let app = TestApp::spawn().await;
    let answer = app.stranger().run(LOGIN, json!({ "i": { "username": ADMIN, "password": PASSWORD } })).await;
    let login = &answer["data"]["login"];
    let here =
        app.stranger().with_authorization(&format!("Bearer {}", login["accessToken"].as_str().unwrap()));
    let there = app.admin().await;
    let (_, entry) = audited(&here, &app, LOGOUT, json!({})).await;
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("session.end", "session"));
    assert_eq!(here.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(here.code(LOGOUT, json!({})).await, "UNAUTHENTICATED");
    let refresh =
        "mutation($i: RefreshInput!) { refreshSession(input: $i) { accessToken userErrors { code path } } }";
    let found = faults(&app.stranger(), refresh, json!({ "refreshToken": login["refreshToken"] })).await;
    assert_eq!(found, pairs(&[("INVALID_TOKEN", "refreshToken")]));
    assert!(there.run(VIEW, json!({})).await["data"]["viewer"].is_object());
}

#[tokio::test]
async fn who_has_no_session_is_denied_a_logout() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = "mutation { createApiKey(input: { projectSpace: \"acme\", name: \"one\" }) { secret } }";
    let answer = admin.run(create, json!({})).await;
    let secret = answer["data"]["createApiKey"]["secret"].as_str().unwrap();
    let script = app.stranger().with_authorization(&format!("ApiKey {ADMIN}:{secret}"));
    let before = entries(&app, "").await.len();
    assert_eq!(app.stranger().code(LOGOUT, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(script.code(LOGOUT, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(entries(&app, "").await.len(), before);
    assert!(admin.run(VIEW, json!({})).await["data"]["viewer"].is_object());
}
