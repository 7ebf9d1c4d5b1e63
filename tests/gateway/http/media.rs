//! Which bodies are taken, in which media type answers come, and which statuses they have: GraphQL over HTTP.

use super::{GRAPHQL_RESPONSE, JSON, code, post_document};
use crate::support::{Actor, Answer, TestApp};
use poem::Body;
use poem::http::{Method, StatusCode};

const QUERY: &str = r#"{"query":"{ __typename }"}"#;

async fn post_as(actor: &Actor<'_>, content_type: Option<&str>) -> Answer {
    let headers: Vec<_> = content_type.into_iter().map(|kind| ("content-type", kind)).collect();
    actor.send(Method::POST, "/graphql", &headers, Body::from(QUERY)).await
}

fn media_type(answer: &Answer) -> &str {
    answer.headers["content-type"].to_str().unwrap()
}

#[tokio::test]
async fn only_json_in_utf_8_is_taken() {
    let app = TestApp::empty().await;
    for good in ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=\"UTF-8\""]
    {
        assert_eq!(post_as(&app.stranger(), Some(good)).await.status, StatusCode::OK, "{good}");
    }
    for wrong in [
        None,
        Some(""),
        Some("text/plain"),
        Some("text/plain; application/json"),
        Some("application/graphql"),
        Some("application/json; charset=utf-16"),
        Some("application/jsonx"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let answer = post_as(&app.stranger(), wrong).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{wrong:?}");
        assert_eq!(code(&answer), "BAD_REQUEST", "{wrong:?}");
    }
}

#[tokio::test]
async fn the_caller_chooses_the_media_type_of_the_answer() {
    let app = TestApp::empty().await;
    for (accept, expected) in [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json;q=0.5", JSON),
        ("text/csv, application/json;q=0.1", JSON),
    ] {
        let answer = post_document(&app.stranger(), accept, "{ __typename }").await;
        assert_eq!(answer.status, StatusCode::OK, "{accept}");
        assert_eq!(media_type(&answer), format!("{expected}; charset=utf-8"), "{accept}");
        assert_eq!(answer.headers["vary"], "Accept", "{accept}");
    }
    for accept in ["text/csv", "application/json;q=0", "image/*", "nonsense"] {
        let answer = post_document(&app.stranger(), accept, "{ __typename }").await;
        assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{accept}");
    }
}

#[tokio::test]
async fn what_is_not_executed_is_200_for_json_and_400_for_graphqls_own_type() {
    let app = TestApp::empty().await;
    for (document, expected) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ projectSpace { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Nothing) { projectSpace(name: $n) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query { __typename }", "OPERATION_RESOLUTION_FAILURE"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    ] {
        let plain = post_document(&app.stranger(), JSON, document).await;
        assert_eq!((plain.status, code(&plain)), (StatusCode::OK, expected.into()), "{document}");
        let modern = post_document(&app.stranger(), GRAPHQL_RESPONSE, document).await;
        assert_eq!((modern.status, code(&modern)), (StatusCode::BAD_REQUEST, expected.into()), "{document}");
        assert!(modern.json().get("data").is_none(), "{document}");
    }
}

#[tokio::test]
async fn what_was_executed_is_200_even_with_errors() {
    let app = TestApp::spawn().await;
    let document = r#"mutation { deleteMobileWorker(input: { id: "mw_00000000000000000000000000000000" }) { deletedId } }"#;
    for accept in [JSON, GRAPHQL_RESPONSE] {
        let answer = post_document(&app.admin().await, accept, document).await;
        assert_eq!((answer.status, code(&answer)), (StatusCode::OK, "NOT_FOUND".into()), "{accept}");
    }
}

#[tokio::test]
async fn a_query_may_come_by_get() {
    let app = TestApp::empty().await;
    let stranger = app.stranger();
    let answer = stranger.get("/graphql?query=%7B%20__typename%20%7D").await;
    assert_eq!((answer.status, &answer.json()["data"]["__typename"]), (StatusCode::OK, &"Query".into()));
    let named = "/graphql?query=query%20A%7Ba:__typename%7D%20query%20B%7Bb:__typename%7D&operationName=B&variables=%7B%7D";
    assert_eq!(stranger.get(named).await.json()["data"]["b"], "Query");
    let empty = stranger.get("/graphql?query=").await;
    assert_eq!((empty.status, code(&empty)), (StatusCode::OK, "GRAPHQL_PARSE_FAILED".into()));
    for wrong in [
        "/graphql?variables=%7B%7D",
        "/graphql?query=%7B__typename%7D&query=%7B__typename%7D",
        "/graphql?query=%7B__typename%7D&nothing=1",
        "/graphql?query=%7B__typename%7D&variables=%5B%5D",
        "/graphql?query=%7B__typename%7D&variables=%7B",
        "/graphql?query=%7B__typename%7D&variables=%7B%22a%22:1,%22a%22:2%7D",
        "/graphql?query=%7B__typename%7D&extensions=1",
        "/graphql",
    ] {
        let headers = [("accept", GRAPHQL_RESPONSE)];
        let answer = stranger.send(Method::GET, wrong, &headers, Body::empty()).await;
        assert_eq!(
            (answer.status, code(&answer)),
            (StatusCode::BAD_REQUEST, "BAD_REQUEST".into()),
            "{wrong}"
        );
    }
    let headers = [("accept", GRAPHQL_RESPONSE)];
    let answer = stranger.send(Method::GET, "/graphql?query=%ff%fe", &headers, Body::empty()).await;
    assert_eq!((answer.status, code(&answer)), (StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED".into()));
}

#[tokio::test]
async fn a_mutation_by_get_is_refused_and_does_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let logout = "/graphql?query=mutation%7Blogout%7BuserErrors%7Bcode%7D%7D%7D";
    for path in [
        logout,
        "/graphql?query=query%20A%7B__typename%7D%20mutation%20B%7Blogout%7BuserErrors%7Bcode%7D%7D%7D&operationName=B",
    ] {
        let answer = admin.get(path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.headers["allow"], "GET, POST");
    }
    let viewer = admin.run("{ viewer { principal { signInMethod } } }", serde_json::json!({})).await;
    assert_eq!(viewer["data"]["viewer"]["principal"]["signInMethod"], "PASSWORD", "{viewer}");
}

#[tokio::test]
async fn other_methods_are_told_which_ones_there_are() {
    let app = TestApp::empty().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = app
            .stranger()
            .send(method.clone(), "/graphql", &[("content-type", JSON)], Body::from(QUERY))
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.headers["allow"], "GET, POST", "{method}");
    }
}

#[tokio::test]
async fn a_wrong_credential_is_refused_with_the_schemes_that_there_are() {
    let app = TestApp::spawn().await;
    for header in [
        "Bearer nonsense",
        "Bearer",
        "nonsense",
        "ApiKey a:b",
        "ApiKey ab",
        "Basic YTpi",
        "Bearer \u{e9}",
        "",
    ] {
        let answer = post_document(&app.stranger().with_authorization(header), JSON, "{ __typename }").await;
        assert_eq!(
            (answer.status, code(&answer)),
            (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED".into()),
            "{header}"
        );
        assert_eq!(answer.headers["www-authenticate"], "Bearer, ApiKey", "{header}");
    }
}
