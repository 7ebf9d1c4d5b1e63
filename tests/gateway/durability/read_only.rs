//! A database that can be read and not written.

use super::create;
use crate::support::{Actor, TestApp};
use poem::http::StatusCode;
use serde_json::json;

async fn ready(actor: &Actor<'_>) -> (StatusCode, String) {
    let answer = actor.get("/ready").await;
    (answer.status, answer.text)
}

#[tokio::test]
async fn a_read_only_database_is_named_in_errors_and_makes_the_gateway_unready() {
    let app = TestApp::spawn().await;
    let token = app.admin().await.token().to_owned();
    let is_postgres = std::env::var("FIELDGATE_TEST_POSTGRES_URL").is_ok();
    let app = app
        .reached_at(|url| match is_postgres {
            true => format!("{url}&options[default_transaction_read_only]=on"),
            false => format!("{url}?mode=ro"),
        })
        .await;
    let admin = app.stranger().with_authorization(&format!("Bearer {token}"));

    assert_eq!(create(&admin, "Nurses").await, Err("DATABASE_NOT_WRITABLE".to_owned()));
    let worker =
        admin.post("/a/acme/api/user/v1/", &json!({ "username": "w", "password": "qwer1234" })).await;
    assert_eq!(
        (worker.status, &worker.json()["code"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("DATABASE_NOT_WRITABLE"))
    );
    assert_eq!(worker.headers["retry-after"], "60");
    let said = "the database cannot be written: is its disk full or read-only?\n";
    assert_eq!(ready(&admin).await, (StatusCode::SERVICE_UNAVAILABLE, said.to_owned()));
    assert_eq!(admin.get("/health").await.status, StatusCode::OK);
    assert_eq!(admin.get("/a/acme/api/user/v1/").await.status, StatusCode::OK, "reading goes on");
}

#[tokio::test]
async fn ready_writes_once_and_then_only_after_a_write_failed() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let writes = || {
        app.statements().iter().filter(|sql| sql.contains("heartbeat") && sql.starts_with("INSERT")).count()
    };
    assert_eq!((ready(&admin).await.0, writes()), (StatusCode::OK, 1));
    assert_eq!((ready(&admin).await.0, writes()), (StatusCode::OK, 0));
    create(&admin, "Nurses").await.unwrap();
    assert_eq!((ready(&admin).await.0, writes()), (StatusCode::OK, 0));
}
