//! Methods, media types and sizes.

use super::{WORKERS, at, worker};
use crate::support::TestApp;
use bytes::Bytes;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn other_methods_are_told_which_ones_there_are() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    for (path, methods, allow) in [
        (WORKERS.to_owned(), vec![Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS], "GET, POST"),
        (at(&id), vec![Method::POST, Method::PATCH, Method::OPTIONS], "GET, PUT, DELETE"),
        (format!("{}activate/", at(&id)), vec![Method::GET, Method::PUT, Method::DELETE], "POST"),
        (format!("{}deactivate", at(&id)), vec![Method::GET, Method::PUT, Method::DELETE], "POST"),
    ] {
        for method in methods {
            let headers = [("content-type", "application/json")];
            let answer = admin.send(method.clone(), &path, &headers, Body::from("{}")).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.headers["allow"], allow, "{method} {path}");
            assert_eq!(answer.json()["code"], "METHOD_NOT_ALLOWED");
        }
    }
    assert_eq!(admin.get(&at(&id)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_json_in_utf_8_is_taken() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "other", json!({})).await;
    let body = r#"{"username":"amina","password":"qwer1234"}"#;
    for kind in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=latin1",
    ] {
        for (method, path) in [(Method::POST, WORKERS.to_owned()), (Method::PUT, at(&id))] {
            let answer = admin.send(method, &path, &[("content-type", kind)], Body::from(body)).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
            assert_eq!(answer.json()["code"], "UNSUPPORTED_MEDIA_TYPE", "{kind}");
        }
    }
    let made = admin
        .send(Method::POST, WORKERS, &[("content-type", "application/json;charset=UTF-8")], Body::from(body))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

#[tokio::test]
async fn a_body_of_100_mb_is_refused_with_and_without_a_length() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "other", json!({})).await;
    for (method, path) in [(Method::POST, WORKERS.to_owned()), (Method::PUT, at(&id))] {
        for length in [None, Some("104857600")] {
            let pieces = (0..1600).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 64 * 1024])));
            let body = Body::from_bytes_stream(futures_util::stream::iter(pieces));
            let headers: Vec<_> = [("content-type", "application/json")]
                .into_iter()
                .chain(length.map(|length| ("content-length", length)))
                .collect();
            let answer = admin.send(method.clone(), &path, &headers, body).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{method} {length:?}");
            assert_eq!(answer.json()["code"], "BODY_TOO_LARGE");
        }
    }
    assert_eq!(admin.get(&at(&id)).await.status, StatusCode::OK);
}
