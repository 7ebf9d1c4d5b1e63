use crate::support::{ADMIN, Actor, Answer, PASSWORD, TestApp};
use chrono::TimeDelta;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

const WORKERS: &str = "/a/acme/api/user/v1/";
const CREATE_GROUP: &str = "mutation($i: CreateGroupInput!) {
    createGroup(input: $i) { group { id name } userErrors { code } }
}";

async fn post(actor: &Actor<'_>, path: &str, key: &str, body: &Json) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    actor.send(Method::POST, path, &headers, Body::from_string(body.to_string())).await
}

fn jdoe() -> Json {
    json!({ "username": "jdoe", "password": "qwer1234" })
}

fn group(name: &str) -> Json {
    json!({ "query": CREATE_GROUP, "variables": { "i": { "projectSpace": "acme", "name": name } } })
}

async fn count(app: &TestApp, table: &str) -> String {
    app.rows(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await.unwrap()[0][0].clone()
}

#[tokio::test]
async fn a_worker_is_created_once_and_the_same_answer_comes_back() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let first = post(&admin, WORKERS, "k-1", &jdoe()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert!(first.headers.get("idempotent-replayed").is_none());
    let again = post(&admin, WORKERS, "k-1", &jdoe()).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    for header in ["location", "content-type"] {
        assert_eq!(again.headers[header], first.headers[header]);
    }
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(count(&app, "mobile_worker").await, "1");
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    post(&admin, WORKERS, "k-1", &jdoe()).await;
    let other = post(&admin, WORKERS, "k-1", &json!({ "username": "asma", "password": "qwer1234" })).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["code"], "IDEMPOTENCY_KEY_REUSED");
    let graphql = post(&admin, "/graphql", "k-1", &group("North")).await;
    assert_eq!(
        (graphql.status, graphql.json()["data"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, Json::Null)
    );
    assert_eq!(
        (count(&app, "mobile_worker").await, count(&app, "user_group").await),
        ("1".into(), "0".into())
    );
}

#[tokio::test]
async fn a_mutation_that_creates_is_carried_out_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let first = post(&admin, "/graphql", "k-1", &group("North")).await;
    assert_eq!(first.json()["data"]["createGroup"]["group"]["name"], "North", "{}", first.text);
    let again = post(&admin, "/graphql", "k-1", &group("North")).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(count(&app, "user_group").await, "1");
}

#[tokio::test]
async fn what_was_refused_is_tried_again() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let short = json!({ "username": "jdoe", "password": "x" });
    for _ in 0..2 {
        assert_eq!(post(&admin, WORKERS, "k-1", &short).await.status, StatusCode::BAD_REQUEST);
    }
    // Nothing was made under the key, so it is free for the corrected request.
    assert_eq!(post(&admin, WORKERS, "k-1", &jdoe()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn of_two_sendings_at_once_one_is_carried_out() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let body = group("North");
    let answers = tokio::join!(
        post(&admin, "/graphql", "k-1", &body),
        post(&admin, "/graphql", "k-1", &body),
        post(&admin, "/graphql", "k-1", &body),
    );
    assert_eq!(count(&app, "user_group").await, "1");
    let answers = <[Answer; 3]>::from(answers);
    let made: Vec<Json> =
        answers.iter().map(|answer| answer.json()["data"]["createGroup"]["group"].clone()).collect();
    let made: Vec<&Json> = made.iter().filter(|group| group.is_object()).collect();
    assert!(!made.is_empty() && made.iter().all(|group| *group == made[0]), "{answers:?}");
    // Whoever came before the answer was there hears that it was carried out.
    for answer in &answers {
        assert!([StatusCode::OK, StatusCode::CONFLICT].contains(&answer.status), "{answer:?}");
    }
}

#[tokio::test]
async fn a_key_is_its_owners_alone() {
    let app = TestApp::spawn().await;
    app.space("other", "boss@other.example").await;
    let (here, there) = (app.admin().await, app.sign_in("boss@other.example", PASSWORD).await);
    let mine = post(&here, WORKERS, "k-1", &jdoe()).await;
    let theirs = post(&there, "/a/other/api/user/v1/", "k-1", &jdoe()).await;
    assert_eq!((mine.status, theirs.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_ne!(mine.json()["id"], theirs.json()["id"]);
    // And whoever may no longer sign in gets no answer of before.
    let stranger = post(&app.stranger(), WORKERS, "k-1", &jdoe()).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn after_a_day_a_key_is_forgotten() {
    let app = TestApp::spawn().await;
    post(&app.admin().await, "/graphql", "k-1", &group("North")).await;
    app.pass(TimeDelta::hours(24));
    let answer = post(&app.admin().await, "/graphql", "k-1", &group("South")).await;
    assert_eq!(answer.json()["data"]["createGroup"]["group"]["name"], "South", "{}", answer.text);
    assert_eq!(count(&app, "idempotency_key").await, "1");
}

#[tokio::test]
async fn a_secret_that_is_shown_once_is_not_kept() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let query = "mutation { createApiKey(input: { name: \"nightly\", projectSpace: \"acme\" }) { secret userErrors { code } } }";
    let first = post(&admin, "/graphql", "k-1", &json!({ "query": query })).await.json();
    assert!(first["data"]["createApiKey"]["secret"].is_string(), "{first}");
    let again = post(&admin, "/graphql", "k-1", &json!({ "query": query })).await.json();
    assert_eq!(again["data"]["createApiKey"]["secret"], Json::Null, "{again}");
    let login = format!(
        "mutation {{ login(input: {{ username: \"{ADMIN}\", password: \"{PASSWORD}\" }}) {{ accessToken }} }}"
    );
    for _ in 0..2 {
        post(&admin, "/graphql", "k-2", &json!({ "query": login })).await;
    }
    assert_eq!(count(&app, "idempotency_key").await, "0");
}

#[tokio::test]
async fn a_key_that_is_none_and_several_mutations_under_one_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for key in ["", "a b", "é", &"x".repeat(256)] {
        assert_eq!(post(&admin, WORKERS, key, &jdoe()).await.status, StatusCode::BAD_REQUEST, "{key}");
        let answer = post(&admin, "/graphql", key, &group("North")).await;
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{key}");
    }
    let two = "mutation { a: createGroup(input: { projectSpace: \"acme\", name: \"A\" }) { group { id } }
        b: createGroup(input: { projectSpace: \"acme\", name: \"B\" }) { group { id } } }";
    let answer = post(&admin, "/graphql", "k-1", &json!({ "query": two })).await;
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{}", answer.text);
    assert_eq!(count(&app, "user_group").await, "0");
}

#[tokio::test]
async fn a_query_with_a_key_is_a_query() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for _ in 0..2 {
        let answer =
            post(&admin, "/graphql", "k-1", &json!({ "query": "{ viewer { __typename } a: __typename }" }))
                .await;
        assert_eq!(answer.json()["data"]["a"], "Query", "{}", answer.text);
    }
}
