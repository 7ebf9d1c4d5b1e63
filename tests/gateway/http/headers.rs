//! What every answer carries, whatever it is an answer to.

use super::{JSON, post_body};
use crate::support::TestApp;
use poem::Body;
use poem::http::Method;

#[tokio::test]
async fn every_answer_may_not_be_guessed_at_and_says_how_long_it_keeps() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/health"),
        (Method::GET, "/ready"),
        (Method::GET, "/graphql"),
        (Method::GET, "/graphql?query=%7B__typename%7D"),
        (Method::POST, "/graphql"),
        (Method::PUT, "/graphql"),
        (Method::GET, "/graphiql/graphiql.min.js"),
        (Method::GET, "/graphiql/nothing"),
        (Method::GET, "/a/acme/api/user/v1/"),
        (Method::GET, "/a/acme/api/user/v1/nothing/"),
        (Method::PATCH, "/a/acme/api/user/v1/"),
        (Method::POST, "/a/acme/api/user/v1/"),
        (Method::GET, "/nothing/at/all"),
        (Method::POST, "/health"),
    ] {
        for actor in [&admin, &app.stranger()] {
            let answer = actor.send(method.clone(), path, &[("content-type", JSON)], Body::from("{}")).await;
            let what = format!("{method} {path}: {}", answer.status);
            assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{what}");
            assert!(answer.headers.contains_key("x-request-id"), "{what}");
            let kept = answer.headers["cache-control"].to_str().unwrap();
            if path.ends_with(".js") {
                assert!(kept.starts_with("public"), "{what}: {kept}");
            } else {
                assert!(kept == "no-store" || kept == "no-cache", "{what}: {kept}");
            }
            assert!(!answer.status.is_server_error(), "{what}");
        }
    }
}

#[tokio::test]
async fn a_plain_request_id_is_echoed_and_any_other_replaced() {
    let app = TestApp::empty().await;
    let send = async |id: &str| {
        let headers = [("content-type", JSON), ("x-request-id", id)];
        let answer = app.stranger().send(Method::POST, "/graphql", &headers, Body::from("{}")).await;
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    let longest = "x".repeat(64);
    for good in ["a", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "trace_1.2-3", &longest] {
        assert_eq!(send(good).await, good);
    }
    let too_long = "x".repeat(65);
    for odd in ["", "a b", "a\tb", "<script>", "a\"b", "id;drop", "\u{e9}", &too_long] {
        let given = send(odd).await;
        assert_ne!(given, odd);
        assert!(given.len() == 32 && given.bytes().all(|byte| byte.is_ascii_hexdigit()), "{odd}: {given}");
    }
}

#[tokio::test]
async fn every_request_without_an_id_gets_one_of_its_own() {
    let app = TestApp::empty().await;
    let one = post_body(&app.stranger(), "{}").await;
    let other = post_body(&app.stranger(), "{}").await;
    assert_ne!(one.headers["x-request-id"], other.headers["x-request-id"]);
}
