use super::login::LOGIN;
use crate::scene::{audited, entries, faults, pairs, worker_who_signs_in};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

const REFRESH: &str = "mutation($i: RefreshInput!) {
    refreshSession(input: $i) {
        accessToken refreshToken expiresAt viewer { principal { signInMethod } } userErrors { code path }
    }
}";
const VIEW: &str = "{ viewer { principal { signInMethod } } }";

fn with(token: &str) -> Json {
    json!({ "refreshToken": token })
}

fn invalid() -> Vec<(String, String)> {
    pairs(&[("INVALID_TOKEN", "refreshToken")])
}

/// The access and the refresh token of a new session.
async fn tokens(app: &TestApp, username: &str, password: &str) -> (String, String) {
    let answer =
        app.stranger().run(LOGIN, json!({ "i": { "username": username, "password": password } })).await;
    pair(&answer["data"]["login"])
}

/// The tokens that a refresh token is exchanged for.
async fn exchange(app: &TestApp, token: &str) -> (String, String) {
    let answer = app.stranger().run(REFRESH, json!({ "i": with(token) })).await;
    pair(&answer["data"]["refreshSession"])
}

fn pair(payload: &Json) -> (String, String) {
    let token = |name: &str| payload[name].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
    (token("accessToken"), token("refreshToken"))
}

fn bearer<'a>(app: &'a TestApp, token: &str) -> Actor<'a> {
    app.stranger().with_authorization(&format!("Bearer {token}"))
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_new_tokens() {
    let app = TestApp::spawn().await;
    let (_, first) = tokens(&app, ADMIN, PASSWORD).await;
    app.pass(TimeDelta::minutes(11));
    let (payload, entry) = audited(&app.stranger(), &app, REFRESH, json!({ "i": with(&first) })).await;
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("session.refresh", "session"));
    let (access, second) = pair(&payload);
    assert_ne!(first, second);
    assert!(!format!("{entry:?}").contains(&second) && !format!("{entry:?}").contains(&first), "{entry:?}");
    assert_eq!(payload["expiresAt"], "2026-09-21T14:34:20+00:00");
    assert_eq!(payload["viewer"]["principal"]["signInMethod"], "PASSWORD");
    assert!(bearer(&app, &access).run(VIEW, json!({})).await["data"]["viewer"].is_object());
    exchange(&app, &second).await;
}

#[tokio::test]
async fn an_answer_that_was_lost_can_be_had_again_for_a_minute() {
    let app = TestApp::spawn().await;
    let (_, first) = tokens(&app, ADMIN, PASSWORD).await;
    let (_, lost) = exchange(&app, &first).await;
    app.pass(TimeDelta::seconds(59));
    let (access, second) = exchange(&app, &first).await;
    assert_eq!(lost, second, "a session has one refresh token that is good");
    assert!(bearer(&app, &access).run(VIEW, json!({})).await["data"]["viewer"].is_object());
    app.pass(TimeDelta::minutes(5));
    exchange(&app, &second).await;
}

#[tokio::test]
async fn the_minute_counts_from_the_first_exchange() {
    let app = TestApp::spawn().await;
    let (access, first) = tokens(&app, ADMIN, PASSWORD).await;
    exchange(&app, &first).await;
    app.pass(TimeDelta::seconds(40));
    exchange(&app, &first).await;
    app.pass(TimeDelta::seconds(40));
    assert_eq!(faults(&app.stranger(), REFRESH, with(&first)).await, invalid());
    assert_eq!(bearer(&app, &access).code(VIEW, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_used_token_that_comes_back_later_is_denied_and_ends_the_session() {
    let app = TestApp::spawn().await;
    let (_, first) = tokens(&app, ADMIN, PASSWORD).await;
    let (access, second) = exchange(&app, &first).await;
    let (other, _) = tokens(&app, ADMIN, PASSWORD).await;
    app.pass(TimeDelta::seconds(60));
    assert_eq!(faults(&app.stranger(), REFRESH, with(&first)).await, invalid());
    // For the thief and the owner alike: neither has a token that is still taken.
    assert_eq!(bearer(&app, &access).code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(faults(&app.stranger(), REFRESH, with(&second)).await, invalid());
    assert!(bearer(&app, &other).run(VIEW, json!({})).await["data"]["viewer"].is_object());
    let ended = entries(&app, "").await.into_iter().filter(|entry| entry.action == "session.end").count();
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn a_thief_who_comes_within_the_minute_is_found_out_at_the_next_exchange() {
    let app = TestApp::spawn().await;
    let (_, stolen) = tokens(&app, ADMIN, PASSWORD).await;
    let (_, owners) = exchange(&app, &stolen).await;
    app.pass(TimeDelta::seconds(30));
    let (_, thiefs) = exchange(&app, &stolen).await;
    app.pass(TimeDelta::minutes(5));
    let (access, next) = exchange(&app, &thiefs).await;
    app.pass(TimeDelta::minutes(5));
    assert_eq!(faults(&app.stranger(), REFRESH, with(&owners)).await, invalid());
    assert_eq!(bearer(&app, &access).code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(faults(&app.stranger(), REFRESH, with(&next)).await, invalid());
}

#[tokio::test]
async fn a_wrong_token_is_denied_with_one_answer() {
    let app = TestApp::spawn().await;
    let (access, refresh) = tokens(&app, ADMIN, PASSWORD).await;
    let before = entries(&app, "").await.len();
    for token in
        ["", "x", "fgr_", &access, &refresh.to_lowercase(), &format!("{refresh} "), "' OR 1=1 --", "\0"]
    {
        assert_eq!(faults(&app.stranger(), REFRESH, with(token)).await, invalid(), "{token}");
    }
    // A refresh token is no access token.
    assert_eq!(bearer(&app, &refresh).code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(entries(&app, "").await.len(), before);
    exchange(&app, &refresh).await;
}

#[tokio::test]
async fn a_session_lasts_half_a_day_however_often_it_is_refreshed_and_a_workers_a_month() {
    let app = TestApp::spawn().await;
    worker_who_signs_in(&app, "amina").await;
    let (_, mut web) = tokens(&app, ADMIN, PASSWORD).await;
    let (_, mut field) = tokens(&app, "amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    for _ in 0..11 {
        app.pass(TimeDelta::hours(1));
        (_, web) = exchange(&app, &web).await;
    }
    let (access, last) = exchange(&app, &web).await;
    app.pass(TimeDelta::hours(1));
    assert_eq!(faults(&app.stranger(), REFRESH, with(&last)).await, invalid());
    assert_eq!(bearer(&app, &access).code(VIEW, json!({})).await, "TOKEN_EXPIRED");
    app.pass(TimeDelta::days(29));
    (_, field) = exchange(&app, &field).await;
    app.pass(TimeDelta::hours(12));
    assert_eq!(faults(&app.stranger(), REFRESH, with(&field)).await, invalid());
}

#[tokio::test]
async fn a_deactivated_worker_is_denied_new_tokens() {
    let app = TestApp::spawn().await;
    let id = worker_who_signs_in(&app, "amina").await;
    let (_, refresh) = tokens(&app, "amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let query = "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { mobileWorker { id } } }";
    app.admin().await.run(query, json!({ "i": { "id": id } })).await;
    assert_eq!(faults(&app.stranger(), REFRESH, with(&refresh)).await, invalid());
}

#[tokio::test]
async fn two_exchanges_at_once_have_the_same_answer() {
    let app = TestApp::spawn().await;
    let (access, refresh) = tokens(&app, ADMIN, PASSWORD).await;
    let ((_, one), (_, two)) = tokio::join!(exchange(&app, &refresh), exchange(&app, &refresh));
    assert_eq!(one, two);
    assert!(bearer(&app, &access).run(VIEW, json!({})).await["data"]["viewer"].is_object());
}
