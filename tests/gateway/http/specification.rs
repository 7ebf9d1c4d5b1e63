//! GraphQL requests are executed as the specification says: what each audit of November 2026 found wrong, over HTTP.
//! `tests/graphql_oracle` compares the same engine with graphql-js.

use super::{GRAPHQL_RESPONSE, JSON, code, post_document};
use crate::scene::{group, ids, worker_with};
use crate::support::{Actor, Answer, TestApp};
use fieldgate::domain::MobileWorkerInput;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

async fn post(actor: &Actor<'_>, accept: &str, body: &Json) -> Answer {
    let headers = [("content-type", JSON), ("accept", accept)];
    actor.send(Method::POST, "/graphql", &headers, Body::from_string(body.to_string())).await
}

/// A request error: one error with this code, no data, and the status that the media type asks for.
async fn assert_refused(actor: &Actor<'_>, body: &Json, expected: &str) {
    for (accept, status) in [(GRAPHQL_RESPONSE, StatusCode::BAD_REQUEST), (JSON, StatusCode::OK)] {
        let answer = post(actor, accept, body).await;
        assert_eq!((answer.status, code(&answer)), (status, expected.into()), "{body}: {}", answer.text);
        assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 1, "{}", answer.text);
        assert!(answer.json().get("data").is_none(), "{}", answer.text);
    }
}

#[tokio::test]
async fn an_input_field_whose_variable_is_not_sent_is_absent() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let north = group(&app, "North").await;
    let input = MobileWorkerInput { groups: ids(&[&north]), ..MobileWorkerInput::default() };
    let worker = worker_with(&app, "amina", input).await;
    let update = "mutation($id: ID!, $fn: String, $g: [ID!]) {
        updateMobileWorker(input: { id: $id, firstName: $fn, groupIds: $g }) {
            mobileWorker { firstName groups { name } } userErrors { code }
        }
    }";
    let answer = admin.run(update, json!({ "id": worker, "fn": "Amina" })).await;
    let expected = json!({ "firstName": "Amina", "groups": [{ "name": "North" }] });
    assert_eq!(answer["data"]["updateMobileWorker"]["mobileWorker"], expected, "{answer}");
    let answer = admin.run(update, json!({ "id": worker, "fn": "Amina", "g": [] })).await;
    assert_eq!(answer["data"]["updateMobileWorker"]["mobileWorker"]["groups"], json!([]), "{answer}");
}

#[tokio::test]
async fn a_mutation_that_is_selected_in_two_fragments_is_executed_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = r#"mutation($i: CreateGroupInput!) { ...A ...B }
        fragment A on Mutation { createGroup(input: $i) { group { id } } }
        fragment B on Mutation { createGroup(input: $i) { group { name } userErrors { code } } }"#;
    let answer = admin.run(create, json!({ "i": { "projectSpace": "acme", "name": "North" } })).await;
    let payload = &answer["data"]["createGroup"];
    assert_eq!(
        (&payload["group"]["name"], &payload["userErrors"]),
        (&json!("North"), &json!([])),
        "{answer}"
    );
    assert!(payload["group"]["id"].is_string(), "{answer}");
    let groups = r#"{ projectSpace(name: "acme") { groups { nodes { name } } } }"#;
    let answer = admin.run(groups, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["groups"]["nodes"], json!([{ "name": "North" }]), "{answer}");
}

#[tokio::test]
async fn an_error_makes_its_field_null_or_the_nearest_nullable_parent() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let document = r#"query($s: String!) {
  projectSpace(name: $s) {
    a: mobileWorkers(first: 0) { totalCount nodes { id } pageInfo { hasNextPage } }
    b: mobileWorkers(first: -1) { totalCount }
  }
  viewer { principal { signInMethod } }
}"#;
    let answer = admin.run(document, json!({ "s": "acme" })).await;
    assert_eq!(answer["data"]["projectSpace"], Json::Null, "{answer}");
    assert_eq!(answer["data"]["viewer"]["principal"]["signInMethod"], "PASSWORD", "{answer}");
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{answer}");
    assert_eq!(errors[0]["path"], json!(["projectSpace", "b"]), "{answer}");
    assert_eq!(errors[0]["locations"], json!([{ "line": 4, "column": 5 }]), "{answer}");
    assert_eq!(errors[0]["extensions"]["code"], "BAD_REQUEST", "{answer}");
}

#[tokio::test]
async fn fields_are_answered_in_the_order_of_the_selection() {
    let app = TestApp::spawn().await;
    let document = r#"{ projectSpace(name: "acme") {
        version roles { id } ... on ProjectSpace { id name } mobileWorkers(first: 1) { totalCount nodes { id } }
        groups { nodes { id } } displayName name
    } viewer { __typename } __typename }"#;
    let answer = post_document(&app.admin().await, JSON, document).await;
    let keys = [
        "projectSpace",
        "version",
        "roles",
        "id",
        "name",
        "mobileWorkers",
        "groups",
        "displayName",
        "viewer",
    ];
    let places: Vec<_> = keys
        .iter()
        .map(|key| answer.text.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{}", answer.text)))
        .collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    // `roles` has an `id` of its own, which comes before the project space's.
    assert_eq!(places, sorted, "{}", answer.text);
}

#[tokio::test]
async fn an_optional_variable_may_stand_where_the_argument_has_a_default() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let roles = "query($s: String!, $all: Boolean) { projectSpace(name: $s) { roles(includeArchived: $all) { name } } }";
    let absent = admin.run(roles, json!({ "s": "acme" })).await;
    let no = admin.run(roles, json!({ "s": "acme", "all": false })).await;
    assert!(absent["data"]["projectSpace"]["roles"].is_array(), "{absent}");
    assert_eq!(absent, no);
    let all = admin.run(roles, json!({ "s": "acme", "all": true })).await;
    assert!(all["data"]["projectSpace"]["roles"].is_array(), "{all}");
    let null = admin.run(roles, json!({ "s": "acme", "all": null })).await;
    assert_eq!(null["data"], json!({ "projectSpace": null }), "{null}");
    assert_eq!(null["errors"][0]["path"], json!(["projectSpace", "roles"]), "{null}");
    assert_eq!(null["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{null}");
    let inside = "query($s: String!, $sub: Boolean) {
        projectSpace(name: $s) { mobileWorkers(filter: { includeSublocations: $sub }) { totalCount } } }";
    let answer = admin.run(inside, json!({ "s": "acme" })).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorkers"]["totalCount"], 0, "{answer}");
}

#[tokio::test]
async fn an_optional_variable_of_a_page_that_is_not_sent_is_absent() {
    let app = TestApp::spawn().await;
    let query = "query($n: Int, $after: String) { projectSpace(name: \"acme\") { mobileWorkers(first: $n, after: $after) { nodes { id } } } }";
    let answer = app.admin().await.run(query, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorkers"]["nodes"], json!([]), "{answer}");
}

#[tokio::test]
async fn variables_that_are_missing_or_wrong_are_request_errors() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let query =
        "query($s: String!, $n: Int) { projectSpace(name: $s) { mobileWorkers(first: $n) { totalCount } } }";
    for variables in [json!({}), json!({ "s": null }), json!({ "s": 1 }), json!({ "s": "acme", "n": "1" })] {
        assert_refused(&admin, &json!({ "query": query, "variables": variables }), "BAD_USER_INPUT").await;
    }
    let answer = post(&admin, JSON, &json!({ "query": query })).await.json();
    assert_eq!(answer["errors"][0]["locations"], json!([{ "line": 1, "column": 7 }]), "{answer}");
}

#[tokio::test]
async fn documents_that_are_not_valid_are_request_errors() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (document, expected) in [
        ("{ viewer", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a b }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($a: Int) { viewer { __typename } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ projectSpace(name: $unknown) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        (r#"{ projectSpace(name: "a") { id } projectSpace(name: "b") { id } }"#, "GRAPHQL_VALIDATION_FAILED"),
        (r#"{ projectSpace(name: "a") { x: id x: name } }"#, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    ] {
        assert_refused(&admin, &json!({ "query": document }), expected).await;
    }
    let unknown = json!({ "query": "query A { __typename }", "operationName": "B" });
    assert_refused(&admin, &unknown, "OPERATION_RESOLUTION_FAILURE").await;
}

#[tokio::test]
async fn a_document_that_costs_too_much_says_its_cost_and_the_limit() {
    let app = TestApp::spawn().await;
    let pages: String = (0..5)
        .map(|n| format!("p{n}: mobileWorkers(first: 100) {{ nodes {{ locations {{ children(first: 100) {{ nodes {{ id }} }} }} }} }} "))
        .collect();
    let document = format!(r#"{{ projectSpace(name: "acme") {{ {pages} }} }}"#);
    let admin = app.admin().await;
    assert_refused(&admin, &json!({ "query": document }), "COST_LIMIT_EXCEEDED").await;
    let extensions = &post_document(&admin, JSON, &document).await.json()["errors"][0]["extensions"];
    assert_eq!(extensions["limit"], 20_000, "{extensions}");
    assert!(extensions["cost"].as_u64().unwrap() > 20_000, "{extensions}");
}

#[tokio::test]
async fn documents_of_any_size_are_refused_in_bounded_time() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let started = std::time::Instant::now();
    let aliases: String = (0..10_000).map(|n| format!("a{n}:id ")).collect();
    let spreads = "...F ".repeat(3_000);
    for document in [
        format!(r#"{{ projectSpace(name: "acme") {{ {aliases} }} }}"#),
        format!("{{ {aliases} }}"),
        format!("{{ viewer {{ {spreads} }} }} fragment F on Viewer {{ {spreads} }}"),
    ] {
        assert_refused(&admin, &json!({ "query": document }), "BAD_REQUEST").await;
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn strings_may_have_escapes_for_every_code_point() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (index, escape) in [r"\u{1F600}", r"\uD83D\uDE00", "\u{1F600}"].iter().enumerate() {
        let create = format!(
            r#"mutation {{ createGroup(input: {{ projectSpace: "acme", name: "{escape} {index}" }}) {{ group {{ name }} userErrors {{ code }} }} }}"#
        );
        let answer = admin.run(&create, json!({})).await;
        assert_eq!(answer["data"]["createGroup"]["group"]["name"], format!("\u{1F600} {index}"), "{answer}");
    }
    for wrong in [r"\uD83D", r"\u{110000}", r"\u{}", r"\x"] {
        let document = format!(r#"{{ projectSpace(name: "{wrong}") {{ id }} }}"#);
        assert_refused(&admin, &json!({ "query": document }), "GRAPHQL_PARSE_FAILED").await;
    }
}

#[tokio::test]
async fn a_hash_without_a_document_is_answered_so_that_apollo_sends_the_document() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } });
    let hash = json!({ "operationName": "W", "variables": {}, "extensions": extensions });
    assert_refused(&admin, &hash, "PERSISTED_QUERY_NOT_SUPPORTED").await;
    let answer = post(&admin, JSON, &hash).await.json();
    assert_eq!(answer["errors"][0]["message"], "PersistedQueryNotSupported", "{answer}");
    let by_get = "/graphql?operationName=W&variables=%7B%7D&extensions=%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%2200%22%7D%7D";
    assert_eq!(code(&admin.get(by_get).await), "PERSISTED_QUERY_NOT_SUPPORTED");
    let whole = json!({ "query": "query W { __typename }", "operationName": "W", "extensions": extensions });
    assert_eq!(post(&admin, JSON, &whole).await.json()["data"], json!({ "__typename": "Query" }));
}
