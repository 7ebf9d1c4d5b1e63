//! Documents that would cost too much: they are refused before they are executed, and mostly before they are parsed.

use super::{GRAPHQL_RESPONSE, code, post_document, serves};
use crate::support::{Actor, TestApp};
use poem::http::StatusCode;
use serde_json::json;

async fn refused(actor: &Actor<'_>, document: &str, what: &str) {
    refused_with(actor, document, "BAD_REQUEST", what).await;
}

async fn refused_with(actor: &Actor<'_>, document: &str, expected: &str, what: &str) {
    let answer = post_document(actor, GRAPHQL_RESPONSE, document).await;
    assert_eq!((answer.status, code(&answer)), (StatusCode::BAD_REQUEST, expected.into()), "{what}");
    assert!(answer.json().get("data").is_none(), "{what}");
}

#[tokio::test]
async fn nesting_of_any_kind_and_depth_is_refused_and_the_gateway_serves_on() {
    let app = TestApp::empty().await;
    let stranger = app.stranger();
    for depth in [51, 64, 100, 1_000, 1_750, 5_000, 7_000, 100_000] {
        for (what, open, close) in [
            ("lists", "[", "]"),
            ("objects", "{a:", "}"),
            ("selections", "{viewer", "}"),
            ("spreads", "{...", "}"),
            ("arguments", "(a:", ")"),
        ] {
            let (opened, closed) = (open.repeat(depth), close.repeat(depth));
            refused(&stranger, &format!("{{projectSpace(name:{opened}1{closed}){{id}}}}"), what).await;
            refused(&stranger, &format!("{opened}{closed}"), what).await;
            refused(&stranger, &opened, what).await;
        }
    }
    assert!(serves(&stranger).await);
}

#[tokio::test]
async fn a_document_of_65_kb_is_refused_and_one_of_63_kb_is_not() {
    let app = TestApp::empty().await;
    let stranger = app.stranger();
    refused(&stranger, &format!("{{ __typename }} # {}", "x".repeat(65 * 1024)), "a long comment").await;
    refused(&stranger, &format!("{{ __typename }}{}", " ".repeat(65 * 1024)), "much white space").await;
    let answer =
        post_document(&stranger, GRAPHQL_RESPONSE, &format!("{{ __typename }} # {}", "x".repeat(63 * 1024)))
            .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn more_than_twenty_aliases_are_refused() {
    let app = TestApp::empty().await;
    let aliases = |count: usize| (0..count).map(|n| format!("a{n}: __typename ")).collect::<String>();
    let answer = post_document(&app.stranger(), GRAPHQL_RESPONSE, &format!("{{ {} }}", aliases(20))).await;
    assert_eq!(answer.status, StatusCode::OK);
    refused(&app.stranger(), &format!("{{ {} }}", aliases(21)), "aliases").await;
    let hidden =
        format!("{{ {} ...F ... {{ b: __typename }} }} fragment F on Query {{ c: __typename }}", aliases(19));
    refused(&app.stranger(), &hidden, "aliases in fragments").await;
}

#[tokio::test]
async fn one_document_checks_one_credential() {
    let app = TestApp::spawn().await;
    let login =
        r#"login(input: { username: "admin@acme.example", password: "wrong" }) { userErrors { code } }"#;
    let refresh = r#"refreshSession(input: { refreshToken: "x" }) { userErrors { code } }"#;
    for document in [
        format!("mutation {{ a: {login} b: {login} }}"),
        format!("mutation {{ a: {login} b: {refresh} }}"),
        format!("mutation {{ a: {login} ... {{ b: {login} }} }}"),
        format!("mutation {{ a: {login} ...F }} fragment F on Mutation {{ b: {login} }}"),
        format!(
            "mutation {{ ...F ...G }} fragment F on Mutation {{ a: {login} }} fragment G on Mutation {{ b: {login} }}"
        ),
        format!(
            "mutation {{ ... on Mutation {{ ... {{ ...F }} }} b: {login} }} fragment F on Mutation {{ a: {login} }}"
        ),
        format!("mutation {{ a: {login} b: {} }}", login.replace(") {", ") @skip(if: true) {")),
    ] {
        refused(&app.stranger(), &document, &document).await;
    }
    let answer = app.stranger().run(&format!("mutation {{ {login} }}"), json!({})).await;
    assert_eq!(answer["data"]["login"]["userErrors"][0]["code"], "WRONG_CREDENTIALS");
}

#[tokio::test]
async fn more_than_five_mutations_are_refused() {
    let app = TestApp::spawn().await;
    let logouts: String = (0..6).map(|n| format!("a{n}: logout {{ userErrors {{ code }} }} ")).collect();
    refused(&app.admin().await, &format!("mutation {{ {logouts} }}"), "mutations").await;
}

#[tokio::test]
async fn selections_that_are_too_deep_or_cost_too_much_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let parents = |depth: usize| {
        format!(
            r#"{{ projectSpace(name: "acme") {{ locations(first: 1) {{ nodes {{ {} id {} }} }} }} }}"#,
            "parent { ".repeat(depth),
            "}".repeat(depth)
        )
    };
    let answer = post_document(&admin, GRAPHQL_RESPONSE, &parents(5)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    refused(&admin, &parents(20), "depth").await;
    let fields: String = (0..100).map(|n| format!("a{n}: username ")).collect();
    let costly = |workers: usize| {
        format!(
            r#"{{ projectSpace(name: "acme") {{ mobileWorkers(first: {workers}) {{ nodes {{ {fields} }} }} }} }}"#
        )
    };
    assert_eq!(post_document(&admin, GRAPHQL_RESPONSE, &costly(10)).await.status, StatusCode::OK);
    let pages: String =
        (0..3).map(|n| format!("p{n}: mobileWorkers(first: 100) {{ nodes {{ {fields} }} }} ")).collect();
    let costly = format!(r#"{{ projectSpace(name: "acme") {{ {pages} }} }}"#);
    refused_with(&admin, &costly, "COST_LIMIT_EXCEEDED", "cost").await;
}

#[tokio::test]
async fn fragments_that_spread_themselves_are_refused() {
    let app = TestApp::empty().await;
    for document in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ viewer { ...A } } fragment A on Viewer { principal { ...B } } fragment B on Principal { user { ...C } } fragment C on User { ...C }",
    ] {
        refused(&app.stranger(), document, document).await;
    }
}

#[tokio::test]
async fn a_fragment_that_doubles_itself_is_refused() {
    let app = TestApp::spawn().await;
    // Thirty fragments, each spreading the next one twice: a thousand million fields when written out.
    let mut document = "{ viewer { ...F0 } }".to_owned();
    for n in 0..30 {
        document.push_str(&format!(" fragment F{n} on Viewer {{ ...F{} ...F{} }}", n + 1, n + 1));
    }
    document.push_str(" fragment F30 on Viewer { principal { signInMethod } }");
    let admin = app.admin().await;
    let started = std::time::Instant::now();
    refused(&admin, &document, "doubling fragments").await;
    let elsewhere = document.replacen("{ viewer", "query A { __typename } query B { viewer", 1);
    let body = json!({ "query": elsewhere, "operationName": "A" });
    assert_eq!(code(&admin.post("/graphql", &body).await), "BAD_REQUEST");
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn many_directives_on_a_field_are_refused() {
    let app = TestApp::empty().await;
    let document = format!("{{ __typename {} }}", "@include(if: true) ".repeat(50));
    refused_with(&app.stranger(), &document, "GRAPHQL_VALIDATION_FAILED", "directives").await;
}

#[tokio::test]
async fn what_the_schema_does_not_know_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for document in [
        "{ nothing }",
        "{ viewer { principal { password } } }",
        r#"{ projectSpace(name: "acme", nothing: 1) { id } }"#,
        r#"{ projectSpace(name: "acme") { ... on Nothing { id } } }"#,
        "query($a: Nothing!) { __typename }",
        "{ projectSpace(name: 1) { id } }",
        "{ projectSpace(name: acme) { id } }",
        "{ projectSpace(name: null) { id } }",
        r#"{ projectSpace(name: "acme") { mobileWorkers(filter: { nothing: 1 }) { totalCount } } }"#,
        r#"{ projectSpace(name: "acme") { mobileWorkers(filter: { statuses: [NOTHING] }) { totalCount } } }"#,
        r#"{ projectSpace(name: "acme") { mobileWorkers(first: 99999999999999999999) { totalCount } } }"#,
        r#"{ projectSpace(name: "acme") { mobileWorkers(first: 2147483648) { totalCount } } }"#,
        r#"{ projectSpace(name: "acme") { mobileWorkers(first: 1.5) { totalCount } } }"#,
        r#"{ projectSpace(name: "acme") { mobileWorkers(first: "1") { totalCount } } }"#,
        r#"mutation { createMobileWorker(input: { projectSpace: "acme", username: "a", nothing: 1 }) { mobileWorker { id } } }"#,
        r#"subscription { __typename }"#,
        r#"{ viewer @nothing { principal { signInMethod } } }"#,
    ] {
        let answer = post_document(&admin, GRAPHQL_RESPONSE, document).await;
        assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED", "{document}: {}", answer.text);
        assert!(answer.json().get("data").is_none(), "{document}");
    }
}

#[tokio::test]
async fn variables_that_do_not_fit_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let query = r#"query($f: Int, $n: String!) { projectSpace(name: $n) { mobileWorkers(first: $f) { nodes { id } } } }"#;
    for variables in [
        json!({}),
        json!({ "n": null }),
        json!({ "n": 1 }),
        json!({ "n": ["acme"] }),
        json!({ "n": { "a": 1 } }),
        json!({ "n": "acme", "f": "1" }),
        json!({ "n": "acme", "f": 1.5 }),
        json!({ "n": "acme", "f": true }),
        json!({ "n": "acme", "f": 2_147_483_648_i64 }),
        json!({ "n": "acme", "f": u64::MAX }),
        json!({ "n": "acme", "f": 1e300 }),
        json!({ "n": "acme", "f": [1, 2] }),
    ] {
        assert_eq!(admin.code(query, variables.clone()).await, "BAD_USER_INPUT", "{variables}");
    }
    let answer = admin.run(query, json!({ "n": "acme", "f": 1 })).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorkers"]["nodes"], json!([]), "{answer}");
}
