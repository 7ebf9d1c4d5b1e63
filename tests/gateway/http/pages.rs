//! What is served beside the two APIs: GraphiQL for people, health and readiness for machines.

use crate::support::{Answer, TestApp};
use poem::Body;
use poem::http::{Method, StatusCode};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn page(app: &TestApp) -> Answer {
    app.stranger().send(Method::GET, "/graphql", &[("accept", BROWSER)], Body::empty()).await
}

#[tokio::test]
async fn a_browser_gets_graphiql_and_a_program_does_not() {
    let app = TestApp::empty().await;
    let page = page(&app).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(app.stranger().get("/graphql").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn everything_that_the_page_loads_comes_from_the_gateway() {
    let app = TestApp::empty().await;
    let page = page(&app).await.text;
    let addresses: Vec<&str> = page
        .split("src=\"")
        .skip(1)
        .chain(page.split("href=\"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| !address.starts_with("data:"))
        .collect();
    assert!(addresses.len() >= 4, "{addresses:?}");
    for address in addresses {
        assert!(address.starts_with("/graphiql/"), "{address}");
        let asset = app.stranger().get(address).await;
        assert_eq!(asset.status, StatusCode::OK, "{address}");
        assert!(!asset.text.is_empty() && asset.headers.contains_key("etag"), "{address}");
        let expected = if address.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert!(asset.headers["content-type"].to_str().unwrap().starts_with(expected), "{address}");
    }
}

#[tokio::test]
async fn there_are_no_other_assets() {
    let app = TestApp::empty().await;
    for path in [
        "/graphiql/nothing.js",
        "/graphiql/..%2fgraphiql.rs",
        "/graphiql/%2e%2e",
        "/graphiql/README.md",
        "/graphiql/",
    ] {
        assert_eq!(app.stranger().get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_root_leads_to_graphiql() {
    let app = TestApp::empty().await;
    let answer = app.stranger().get("/").await;
    assert_eq!(
        (answer.status, &answer.headers["location"]),
        (StatusCode::SEE_OTHER, &"/graphql".parse().unwrap())
    );
}

#[tokio::test]
async fn an_unknown_address_is_a_problem_with_a_code() {
    let app = TestApp::empty().await;
    for path in ["/nothing", "/a/acme/api/user/v2/", "/a/acme", "/graphql/x", "/%00", "/%ff"] {
        let answer = app.stranger().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        assert_eq!(answer.json()["code"], "NOT_FOUND", "{path}");
    }
    let answer = app.stranger().send(Method::POST, "/health", &[], Body::empty()).await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"METHOD_NOT_ALLOWED".into())
    );
}

#[tokio::test]
async fn a_gateway_without_its_database_lives_and_is_not_ready() {
    let app = TestApp::empty().await;
    let stranger = app.stranger();
    assert_eq!(stranger.get("/health").await.status, StatusCode::OK);
    assert_eq!(stranger.get("/ready").await.status, StatusCode::OK);
    app.services.store.clone().close().await.unwrap();
    assert_eq!(stranger.get("/health").await.status, StatusCode::OK);
    assert_eq!(stranger.get("/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
