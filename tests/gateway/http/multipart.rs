//! Files along with a GraphQL request: one mutation takes them, from somebody who has signed in, in the specification's
//! form; everything else keeps its small bound.

use crate::policy::guest::permitting;
use crate::policy_stack::{UPLOAD, digest};
use crate::scene::{member, outsider};
use crate::support::{Actor, Answer, TestApp};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

const BOUNDARY: &str = "----boundary";

/// A form of these parts.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in parts {
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn send(actor: &Actor<'_>, body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    actor.send(Method::POST, "/graphql", &[("content-type", &kind)], Body::from_vec(body)).await
}

fn operations(query: &str, component: &[u8]) -> Vec<u8> {
    let input = json!({ "projectSpace": "acme", "component": null, "digest": digest(component) });
    json!({ "query": query, "variables": { "i": input } }).to_string().into_bytes()
}

const MAP: &[u8] = br#"{ "0": ["variables.i.component"] }"#;

#[tokio::test]
async fn a_file_is_uploaded_as_the_specification_has_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let component = permitting(1);
    let parts = form(&[("operations", &operations(UPLOAD, &component)), ("map", MAP), ("0", &component)]);
    let answer = send(&admin, parts).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = answer.json();
    assert_eq!(answer["data"]["uploadPolicyModule"]["module"]["digest"], digest(&component), "{answer}");
}

#[tokio::test]
async fn a_file_larger_than_any_other_body_reaches_the_check_and_one_that_is_too_large_does_not() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let large = vec![b'x'; 3 << 20];
    let parts = form(&[("operations", &operations(UPLOAD, &large)), ("map", MAP), ("0", &large)]);
    let answer = send(&admin, parts).await.json();
    let errors = &answer["data"]["uploadPolicyModule"]["userErrors"];
    assert_eq!(errors[0]["code"], "MODULE_NOT_A_COMPONENT", "{answer}");
    let huge = vec![b'x'; (32 << 20) + 1];
    let parts = form(&[("operations", &operations(UPLOAD, b"")), ("map", MAP), ("0", &huge)]);
    assert_eq!(send(&admin, parts).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let huger = vec![b'x'; 34 << 20];
    let parts = form(&[("operations", &operations(UPLOAD, b"")), ("map", MAP), ("0", &huger)]);
    assert_eq!(send(&admin, parts).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn who_could_not_upload_anything_is_not_listened_to_for_long() {
    let app = TestApp::spawn().await;
    let component = permitting(1);
    let parts = form(&[("operations", &operations(UPLOAD, &component)), ("map", MAP), ("0", &component)]);
    let answer = send(&app.stranger(), parts.clone()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let viewer = member(&app, "Viewer", &["view_web_users"], &[]).await;
    let answer = send(&viewer, parts).await.json();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    let large = vec![b'x'; 3 << 20];
    let parts = form(&[("operations", &operations(UPLOAD, &large)), ("map", MAP), ("0", &large)]);
    assert_eq!(send(&viewer, parts).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn only_what_takes_a_file_may_bring_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let component = permitting(1);
    for query in [
        "{ viewer { __typename } }",
        "mutation { resetPolicy(input: { projectSpace: \"acme\" }) { userErrors { code } } }",
        "mutation($i: UploadPolicyModuleInput!) { uploadPolicyModule(input: $i) { userErrors { code } }
            again: uploadPolicyModule(input: $i) { userErrors { code } } }",
    ] {
        let parts = form(&[("operations", &operations(query, &component)), ("map", MAP), ("0", &component)]);
        let answer = send(&admin, parts).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        let message = answer.json()["errors"][0]["message"].clone();
        assert!(message.as_str().unwrap().contains("uploadPolicyModule"), "{message}");
    }
}

#[tokio::test]
async fn a_form_of_another_shape_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let component = permitting(1);
    let operations = operations(UPLOAD, &component);
    let set: Json = serde_json::from_slice(&operations).unwrap();
    let set = set.to_string().replace("null", "\"#file:0\"").into_bytes();
    let file: &[u8] = &component;
    for parts in [
        vec![],
        vec![("operations", operations.as_slice())],
        vec![("map", MAP), ("operations", &operations), ("0", file)],
        vec![("operations", &operations), ("map", MAP)],
        vec![("operations", &operations), ("map", MAP), ("1", file)],
        vec![("operations", &operations), ("map", MAP), ("0", file), ("1", file)],
        vec![("operations", &operations), ("map", b"{}"), ("0", file)],
        vec![("operations", &operations), ("map", b"[]"), ("0", file)],
        vec![("operations", &operations), ("map", br#"{ "0": [] }"#), ("0", file)],
        vec![("operations", &operations), ("map", br#"{ "0": ["variables.i.nothing"] }"#), ("0", file)],
        vec![("operations", &operations), ("map", br#"{ "0": ["variables.i.digest"] }"#), ("0", file)],
        vec![("operations", &operations), ("map", br#"{ "0": ["query"] }"#), ("0", file)],
        vec![("operations", set.as_slice()), ("map", MAP), ("0", file)],
        vec![("operations", b"[]"), ("map", MAP), ("0", file)],
        vec![("operations", b"{\"query\":1}"), ("map", MAP), ("0", file)],
    ] {
        let names: Vec<_> = parts.iter().map(|(name, _)| *name).collect();
        assert_eq!(send(&admin, form(&parts)).await.status, StatusCode::BAD_REQUEST, "{names:?}");
    }
    let cut = form(&[("operations", &operations), ("map", MAP), ("0", file)]);
    assert_eq!(send(&admin, cut[..cut.len() / 2].to_vec()).await.status, StatusCode::BAD_REQUEST);
    let headers = [("content-type", "multipart/form-data")];
    let answer = admin.send(Method::POST, "/graphql", &headers, Body::from_vec(cut)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn operations_keep_the_bound_of_every_other_body() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let long = vec![b' '; 2 << 20];
    let parts = form(&[("operations", &long), ("map", MAP), ("0", b"x")]);
    assert_eq!(send(&admin, parts).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn who_sends_slowly_holds_up_their_own_project_space_and_no_other() {
    let app = TestApp::spawn().await;
    let (admin, outsider) = (app.admin().await, outsider(&app).await);
    let component = permitting(1);
    let parts = form(&[("operations", &operations(UPLOAD, &component)), ("map", MAP), ("0", &component)]);
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("content-type", kind.as_str())];
    let slowly = async || {
        // One that comes while another is just sending is refused, and comes again.
        for _ in 0..10_000 {
            let never = futures_util::stream::pending::<std::io::Result<Vec<u8>>>();
            admin.send(Method::POST, "/graphql", &headers, Body::from_bytes_stream(never)).await;
        }
    };
    let others = async {
        // Until both have begun: a turn that is refused is not waited for.
        while send(&admin, parts.clone()).await.status != StatusCode::SERVICE_UNAVAILABLE {
            tokio::task::yield_now().await;
        }
        send(&outsider, parts.clone()).await
    };
    let answer = tokio::select! {
        () = slowly() => unreachable!("it never ends"),
        () = slowly() => unreachable!("it never ends"),
        answer = others => answer,
    };
    assert_eq!(answer.status, StatusCode::OK);
    // Whoever gives up makes room.
    assert_eq!(send(&admin, parts).await.status, StatusCode::OK);
}
