//! The edge: what a request may be, how it is answered, and that nothing it brings makes the gateway stumble.

mod body;
mod connections;
mod document;
mod headers;
mod idempotency;
mod ids_and_pages;
mod introspection;
mod media;
mod multipart;
mod naughty;
mod pages;
mod specification;

use crate::support::{Actor, Answer};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::Value as Json;

const JSON: &str = "application/json";
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// Posts a body to `/graphql` exactly as it is.
async fn post_body(actor: &Actor<'_>, body: impl Into<Body>) -> Answer {
    actor.send(Method::POST, "/graphql", &[("content-type", JSON)], body.into()).await
}

/// Posts a document and gives the answer in this media type.
async fn post_document(actor: &Actor<'_>, accept: &str, document: &str) -> Answer {
    let body = serde_json::json!({ "query": document }).to_string();
    actor
        .send(
            Method::POST,
            "/graphql",
            &[("content-type", JSON), ("accept", accept)],
            Body::from_string(body),
        )
        .await
}

/// The code of the first error.
fn code(answer: &Answer) -> Json {
    answer.json()["errors"][0]["extensions"]["code"].clone()
}

/// Whether the gateway still answers.
async fn serves(actor: &Actor<'_>) -> bool {
    let answer = post_document(actor, JSON, "{ __typename }").await;
    (answer.status, &answer.json()["data"]["__typename"]) == (StatusCode::OK, &Json::from("Query"))
}
