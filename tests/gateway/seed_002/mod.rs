//! Seed 002, walked through: a test for each sentence of the API's product page, which stands above the test. What REST does
//! for a script, GraphQL does for a frontend, in the same test; what is of HTTP alone says so there.

mod create;
mod delete;
mod edit;
mod password_reset;
mod permissions;
mod samples;
mod unconfirmed;

use crate::rest::WORKERS;
use crate::support::{Actor, Answer, TestApp};
use poem::Body;
use poem::http::Method;
use serde_json::{Value as Json, json};

const CREATE: &str = "mutation($i: CreateMobileWorkerInput!) {
    createMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
}";
const UPDATE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
}";
const READ: &str = "query($id: ID!) { node(id: $id) { ... on MobileWorker {
    id username firstName lastName email language phoneNumbers defaultPhoneNumber userData status
    groups { id } locations { id } primaryLocation { id }
} } }";
const LOGIN: &str = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code path } } }";

/// Sends a body to the letter.
async fn send(actor: &Actor<'_>, method: Method, path: &str, body: &str) -> Answer {
    let json = [("content-type", "application/json")];
    actor.send(method, path, &json, Body::from_string(body.to_owned())).await
}

async fn create(app: &TestApp, body: Json) -> Answer {
    app.admin().await.post(WORKERS, &body).await
}

fn here(mut input: Json) -> Json {
    input["projectSpace"] = json!("acme");
    input
}

/// The same over GraphQL: codes and paths of what was wrong.
async fn create_over_graphql(app: &TestApp, input: Json) -> Vec<(String, String)> {
    crate::scene::faults(&app.admin().await, CREATE, here(input)).await
}

/// A new worker over GraphQL, which must succeed, as it is read then.
async fn made(app: &TestApp, input: Json) -> Json {
    let answer = app.admin().await.run(CREATE, json!({ "i": here(input) })).await;
    let id = answer["data"]["createMobileWorker"]["mobileWorker"]["id"].as_str();
    read(app, id.unwrap_or_else(|| panic!("{answer}"))).await
}

/// A worker over GraphQL whose update must succeed, as it is read then.
async fn update(app: &TestApp, input: Json) -> Json {
    let answer = app.admin().await.run(UPDATE, json!({ "i": input })).await;
    let id = answer["data"]["updateMobileWorker"]["mobileWorker"]["id"].as_str();
    read(app, id.unwrap_or_else(|| panic!("{answer}"))).await
}

/// A worker over GraphQL, by global id.
async fn read(app: &TestApp, id: &str) -> Json {
    let answer = app.admin().await.run(READ, json!({ "id": id })).await;
    assert!(answer["data"]["node"].is_object(), "{answer}");
    answer["data"]["node"].clone()
}

fn global(prefix: &str, hex: &str) -> String {
    format!("{prefix}_{hex}")
}

/// Objects of these ids, as GraphQL lists them.
fn nodes(prefix: &str, ids: &[&str]) -> Json {
    ids.iter().map(|id| json!({ "id": global(prefix, id) })).collect()
}

/// The custom data, without what stands beside it in every answer (reference §4.8).
fn own_data(worker: &Json) -> Json {
    let mut data = worker["user_data"].as_object().unwrap().clone();
    data.retain(|key, _| !key.starts_with("commcare_"));
    Json::Object(data)
}

async fn can_sign_in(app: &TestApp, username: &str, password: &str) -> bool {
    let input = json!({ "username": username, "password": password, "projectSpace": "acme" });
    crate::scene::faults(&app.stranger(), LOGIN, input).await.is_empty()
}
