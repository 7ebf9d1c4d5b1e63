//! Bodies that are not what they should be: each is refused with a clear code, and the same process goes on serving.

use super::{code, post_body, serves};
use crate::support::{Answer, TestApp};
use bytes::Bytes;
use poem::Body;
use poem::http::{Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn refused(answer: &Answer, what: &str) {
    assert_eq!((answer.status, code(answer)), (StatusCode::BAD_REQUEST, "BAD_REQUEST".into()), "{what}");
}

#[tokio::test]
async fn batches_are_refused() {
    let app = TestApp::empty().await;
    for body in
        [r#"[{"query":"{__typename}"}]"#, r#"[{"query":"{__typename}"},{"query":"{__typename}"}]"#, "[]"]
    {
        refused(&post_body(&app.stranger(), body).await, body);
    }
}

#[tokio::test]
async fn parts_of_a_request_have_the_right_type_and_no_others_are_known() {
    let app = TestApp::empty().await;
    for body in [
        r#"{}"#,
        r#"{"query":null}"#,
        r#"{"query":1}"#,
        r#"{"query":["{__typename}"]}"#,
        r#"{"query":"{__typename}","variables":[]}"#,
        r#"{"query":"{__typename}","variables":"{}"}"#,
        r#"{"query":"{__typename}","variables":1}"#,
        r#"{"query":"{__typename}","operationName":1}"#,
        r#"{"query":"{__typename}","operationName":["A"]}"#,
        r#"{"query":"{__typename}","operationName":{}}"#,
        r#"{"query":"{__typename}","extensions":[]}"#,
        r#"{"query":"{__typename}","extensions":"x"}"#,
        r#"{"query":"{__typename}","Query":"{__typename}"}"#,
        r#"{"query":"{__typename}","id":"1"}"#,
    ] {
        refused(&post_body(&app.stranger(), body).await, body);
    }
    let nulls = r#"{"query":"{__typename}","variables":null,"operationName":null,"extensions":null}"#;
    assert_eq!(post_body(&app.stranger(), nulls).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_name_twice_is_refused_at_any_depth() {
    let app = TestApp::empty().await;
    for body in [
        r#"{"query":"{__typename}","query":"{viewer{principal{signInMethod}}}"}"#,
        r#"{"query":"{__typename}","qu\u0065ry":"{__typename}"}"#,
        r#"{"query":"query($a:String){__typename}","variables":{"a":"1","a":"2"}}"#,
        r#"{"query":"{__typename}","variables":{"a":{"b":[{"c":1,"c":1}]}}}"#,
        r#"{"query":"{__typename}","extensions":{"a":1,"a":1}}"#,
    ] {
        refused(&post_body(&app.stranger(), body).await, body);
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let app = TestApp::empty().await;
    let bodies: [&[u8]; 12] = [
        b"",
        b" ",
        b"{",
        b"null",
        b"\"{__typename}\"",
        b"{\"query\":\"{__typename}\"}x",
        b"{'query':'{__typename}'}",
        b"{\"query\":NaN}",
        b"{\"query\":\"\xff\xfe\"}",
        b"{\"query\":\"\xc3\x28\"}",
        b"{\"query\":\"{__typename} # \\ud800\"}",
        b"\xef\xbb\xbf\x00\x01\x02",
    ];
    for body in bodies {
        refused(&post_body(&app.stranger(), body).await, &String::from_utf8_lossy(body));
    }
}

#[tokio::test]
async fn json_nested_without_end_is_refused_and_the_gateway_serves_on() {
    let app = TestApp::empty().await;
    let stranger = app.stranger();
    for depth in [200, 7_000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            refused(&post_body(&stranger, nested.clone()).await, open);
            let variables = format!(r#"{{"query":"{{__typename}}","variables":{{"a":{nested}}}}}"#);
            refused(&post_body(&stranger, variables).await, open);
            refused(&post_body(&stranger, open.repeat(depth)).await, open);
        }
    }
    assert!(serves(&stranger).await);
}

#[tokio::test]
async fn a_body_that_announces_100_mb_is_refused_before_it_is_read() {
    let app = TestApp::empty().await;
    let stranger = app.stranger();
    for (path, method) in [("/graphql", Method::POST), ("/a/acme/api/user/v1/", Method::POST)] {
        let (body, read) = endless();
        let headers = [("content-type", "application/json"), ("content-length", "104857600")];
        let answer = stranger.send(method, path, &headers, body).await;
        // Of the REST API, a stranger hears that they are one before anything else is looked at.
        let expected =
            if path == "/graphql" { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::UNAUTHORIZED };
        assert_eq!(answer.status, expected, "{path}");
        assert_eq!(read.load(Ordering::Relaxed), 0, "{path}");
    }
    assert!(serves(&stranger).await);
}

#[tokio::test]
async fn a_body_of_100_mb_without_a_length_is_refused_at_the_limit() {
    let app = TestApp::empty().await;
    let stranger = app.stranger();
    let (body, read) = endless();
    let answer = post_body(&stranger, body).await;
    assert_eq!((answer.status, code(&answer)), (StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST".into()));
    assert!(read.load(Ordering::Relaxed) < 32, "read {} pieces of 64 KiB", read.load(Ordering::Relaxed));
    assert!(serves(&stranger).await);
}

#[tokio::test]
async fn a_length_that_lies_does_not_raise_the_limit() {
    let app = TestApp::empty().await;
    for length in ["2", "-1", "nonsense", "99999999999999999999999999"] {
        let (body, _) = endless();
        let headers = [("content-type", "application/json"), ("content-length", length)];
        let answer = app.stranger().send(Method::POST, "/graphql", &headers, body).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{length}");
    }
}

/// 100 MB in pieces of 64 KiB, and how many of them were asked for.
fn endless() -> (Body, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&read);
    let pieces = (0..1600).map(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 64 * 1024]))
    });
    (Body::from_bytes_stream(futures_util::stream::iter(pieces)), read)
}
