//! Who may call at all: the three ways to sign in, and the right to use the API.

use super::{WORKERS, at, user, worker};
use crate::support::{ADMIN, Actor, Answer, PASSWORD, TestApp, WORKER_PASSWORD};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::json;

/// A new API key of this caller for this project space.
pub async fn key(actor: &Actor<'_>, space: &str) -> String {
    let create =
        "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret userErrors { code } } }";
    let answer = actor.run(create, json!({ "i": { "name": "script", "projectSpace": space } })).await;
    answer["data"]["createApiKey"]["secret"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Each kind of call, with a credential.
async fn calls(app: &TestApp, header: Option<&str>) -> Vec<Answer> {
    let actor = header.map_or(app.stranger(), |header| app.stranger().with_authorization(header));
    let nobody = at(&"0".repeat(32));
    vec![
        actor.get(WORKERS).await,
        actor.post(WORKERS, &json!({ "username": "amina", "password": "qwer1234" })).await,
        actor.get(&nobody).await,
        actor.put(&nobody, &json!({})).await,
        actor.delete(&nobody).await,
        actor.post(&format!("{nobody}activate/"), &json!({})).await,
        actor.post(&format!("{nobody}deactivate/"), &json!({})).await,
    ]
}

#[tokio::test]
async fn a_key_a_password_and_a_token_are_taken() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let secret = key(&admin, "acme").await;
    for header in [
        format!("ApiKey {ADMIN}:{secret}"),
        format!("apikey {}:{secret}", ADMIN.to_uppercase()),
        basic(ADMIN, PASSWORD),
        format!("Bearer {}", admin.token()),
    ] {
        let answer = app.stranger().with_authorization(&header).get(WORKERS).await;
        assert_eq!(answer.status, StatusCode::OK, "{header}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_wrong_credential_is_answered_alike_whatever_is_wrong_with_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let secret = key(&admin, "acme").await;
    for header in [
        format!("ApiKey {ADMIN}:{secret}x"),
        format!("ApiKey {ADMIN}:"),
        format!("ApiKey nobody@acme.example:{secret}"),
        format!("ApiKey {secret}"),
        format!("ApiKey :{secret}"),
        "ApiKey".to_owned(),
        basic(ADMIN, "wrong"),
        basic(ADMIN, ""),
        basic("nobody@acme.example", PASSWORD),
        "Basic !!!".to_owned(),
        format!("Basic {}", STANDARD.encode("no colon")),
        format!("Basic {}", STANDARD.encode([0xff, b':', 0xfe])),
        format!("Bearer {}x", admin.token()),
        format!("Bearer {secret}"),
        "Bearer a.b.c".to_owned(),
        "Digest a=b".to_owned(),
        "nonsense".to_owned(),
        "x".repeat(20_000),
    ] {
        let answer = app.stranger().with_authorization(&header).get(WORKERS).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header}: {}", answer.text);
        assert_eq!(answer.json()["code"], "UNAUTHENTICATED", "{header}");
        let schemes = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(["ApiKey", "Bearer", "Basic"].iter().all(|scheme| schemes.contains(scheme)), "{schemes}");
    }
}

#[tokio::test]
async fn a_stranger_is_told_to_sign_in_whatever_they_ask_for() {
    let app = TestApp::spawn().await;
    let answers = calls(&app, None).await;
    for answer in &answers {
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (StatusCode::UNAUTHORIZED, &json!("UNAUTHENTICATED"))
        );
        assert!(answer.headers.contains_key("www-authenticate"));
        assert_eq!(answer.text, answers[0].text);
    }
    let headers = [("content-type", "application/json")];
    for path in ["/a/nowhere/api/user/v1/", WORKERS] {
        let answer = app.stranger().send(Method::POST, path, &headers, Body::from("not json")).await;
        assert_eq!((answer.status, &answer.text), (StatusCode::UNAUTHORIZED, &answers[0].text), "{path}");
    }
}

#[tokio::test]
async fn without_the_right_to_use_the_api_nothing_is_done_and_the_right_is_named() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({ "password": WORKER_PASSWORD })).await;
    let editor =
        user(&app, "editor@acme.example", &["edit_commcare_users", "access_all_locations"], &[]).await;
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    for header in [
        format!("Bearer {}", editor.token()),
        basic("editor@acme.example", PASSWORD),
        format!("Bearer {}", amina.token()),
        basic("amina@acme.fieldgate.local", WORKER_PASSWORD),
    ] {
        for answer in calls(&app, Some(&header)).await {
            let problem = answer.json();
            assert_eq!(
                (answer.status, &problem["code"]),
                (StatusCode::FORBIDDEN, &json!("FORBIDDEN")),
                "{header}"
            );
            assert_eq!(problem["missing"], json!(["access_api"]), "{header}");
            assert!(problem["decisionId"].is_string() && problem["policy"].is_string(), "{problem}");
        }
    }
    assert_eq!(editor.delete(&at(&id)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(admin.get(&at(&id)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_works_in_its_own_project_space_alone() {
    let app = TestApp::spawn().await;
    app.space("globex", ADMIN).await;
    let header = format!("ApiKey {ADMIN}:{}", key(&app.admin().await, "acme").await);
    let script = app.stranger().with_authorization(&header);
    assert_eq!(script.get(WORKERS).await.status, StatusCode::OK);
    let elsewhere = script.get("/a/globex/api/user/v1/").await;
    let nowhere = script.get("/a/nowhere/api/user/v1/").await;
    assert_eq!((elsewhere.status, elsewhere.text), (StatusCode::NOT_FOUND, nowhere.text));
    assert_eq!(
        app.admin().await.get("/a/globex/api/user/v1/").await.status,
        StatusCode::OK,
        "the same person may"
    );
}

#[tokio::test]
async fn a_right_that_is_lost_is_lost_at_the_next_call() {
    let app = TestApp::spawn().await;
    let caller = user(&app, "caller@acme.example", &["access_api"], &[]).await;
    assert_eq!(caller.get(WORKERS).await.status, StatusCode::OK);
    app.rows("UPDATE role SET grants = '{}' WHERE name = 'Role of caller@acme.example'").await.unwrap();
    assert_eq!(caller.get(WORKERS).await.status, StatusCode::FORBIDDEN);
    app.rows("UPDATE web_user SET is_active = FALSE WHERE email = 'caller@acme.example'").await.unwrap();
    assert_eq!(caller.get(WORKERS).await.status, StatusCode::UNAUTHORIZED);
}
