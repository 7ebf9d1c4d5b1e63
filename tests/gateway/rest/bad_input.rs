//! Bodies that are wrong: everything that is wrong with them is told at once, in one shape.

use super::{LOCATIONS, WORKERS, at, fault, faults, places, worker};
use crate::support::{Actor, TestApp};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

async fn refused(actor: &Actor<'_>, fields: Json) -> Vec<(String, Vec<String>)> {
    let mut body = json!({ "username": "amina", "password": "qwer1234" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let answer = actor.post(WORKERS, &body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields}: {}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let problem = answer.json();
    assert_eq!((&problem["code"], &problem["status"]), (&json!("INVALID_INPUT"), &json!(400)), "{problem}");
    faults(&problem)
}

#[tokio::test]
async fn an_unknown_field_is_named() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for name in ["nothing", "Username", "firstName", "role_id", "is_active", "id", "", "__proto__", "💥"] {
        assert_eq!(refused(&admin, json!({ name: 1 })).await, [fault("UNKNOWN_FIELD", &[name])], "{name}");
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_named() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for field in
        ["first_name", "last_name", "email", "language", "default_phone_number", "primary_location", "role"]
    {
        for value in [json!(1), json!(true), json!([]), json!({})] {
            assert_eq!(
                refused(&admin, json!({ field: value })).await,
                [fault("INVALID_VALUE", &[field])],
                "{field}"
            );
        }
    }
    for field in ["groups", "locations", "phone_numbers"] {
        for value in [json!("x"), json!(1), json!({}), json!([1]), json!([null]), json!(["a", []])] {
            assert_eq!(
                refused(&admin, json!({ field: value })).await,
                [fault("INVALID_VALUE", &[field])],
                "{field}"
            );
        }
    }
    for value in [json!("x"), json!(1), json!([])] {
        assert_eq!(
            refused(&admin, json!({ "user_data": value })).await,
            [fault("INVALID_VALUE", &["user_data"])]
        );
    }
    for value in [json!([]), json!({})] {
        assert_eq!(
            refused(&admin, json!({ "user_data": { "a": value } })).await,
            [fault("INVALID_VALUE", &["user_data", "a"])]
        );
    }
    for field in ["username", "password"] {
        for value in [json!(1), json!(["x"]), json!({})] {
            assert_eq!(refused(&admin, json!({ field: value })).await[0].1, [field], "{field}");
        }
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let fields = json!({
        "username": "j$", "password": "short", "first_name": "x".repeat(151), "email": "nobody", "language": "english",
        "phone_numbers": ["+50253311399", "12"], "groups": ["0".repeat(32), "nonsense"], "locations": [LOCATIONS[0]],
        "primary_location": LOCATIONS[1], "role": "Nobody", "user_data": { "a": [] }, "nothing": 1, "last_name": 1,
    });
    let mut found = refused(&admin, fields).await;
    let mut expected = vec![
        fault("USERNAME_INVALID", &["username"]),
        fault("PASSWORD_WEAK", &["password"]),
        fault("TOO_LONG", &["first_name"]),
        fault("INVALID_VALUE", &["last_name"]),
        fault("EMAIL_INVALID", &["email"]),
        fault("INVALID_VALUE", &["language"]),
        fault("INVALID_VALUE", &["phone_numbers", "1"]),
        fault("GROUP_OUT_OF_REACH", &["groups", "0"]),
        fault("INVALID_VALUE", &["groups", "1"]),
        fault("PRIMARY_LOCATION_NOT_ASSIGNED", &["primary_location"]),
        fault("ROLE_NOT_ASSIGNABLE", &["role"]),
        fault("INVALID_VALUE", &["user_data", "a"]),
        fault("UNKNOWN_FIELD", &["nothing"]),
    ];
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(admin.get(WORKERS).await.json()["meta"]["total_count"], 0);
}

#[tokio::test]
async fn what_is_too_long_is_named() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let many = |count: usize| (0..count).map(|n| format!("{n:032x}")).collect::<Vec<_>>();
    let entries = (0..201).map(|n| (format!("k{n}"), json!(n))).collect::<serde_json::Map<_, _>>();
    for (fields, path) in [
        (json!({ "username": "u".repeat(200) }), "username"),
        (json!({ "last_name": "x".repeat(100_000) }), "last_name"),
        (json!({ "email": format!("{}@example.org", "x".repeat(250)) }), "email"),
        (json!({ "groups": many(201) }), "groups"),
        (json!({ "locations": many(201) }), "locations"),
        (
            json!({ "phone_numbers": (0..21).map(|n| format!("2557000000{n:02}")).collect::<Vec<_>>() }),
            "phone_numbers",
        ),
        (json!({ "user_data": entries }), "user_data"),
        (json!({ "user_data": { "a": "x".repeat(40_000) } }), "user_data"),
        (json!({ "user_data": { "k".repeat(128): 1 } }), "user_data"),
    ] {
        assert_eq!(refused(&admin, fields).await, [fault("TOO_LONG", &[path])], "{path}");
    }
    assert_eq!(
        refused(&admin, json!({ "password": "x".repeat(257) })).await,
        [fault("PASSWORD_WEAK", &["password"])]
    );
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "other", json!({})).await;
    let nested =
        format!(r#"{{"username":"amina","password":"qwer1234","user_data":{}}}"#, "[".repeat(100_000));
    let bodies: Vec<Vec<u8>> = [
        &b""[..],
        b"[]",
        b"null",
        b"1",
        b"\"x\"",
        b"{",
        b"{}x",
        b"{\"username\":\"amina\",\"username\":\"amina\",\"password\":\"qwer1234\"}",
        b"{\"username\":\"amina\",\"password\":\"qwer1234\",\"user_data\":{\"a\":1,\"a\":2}}",
        b"{\"username\":\"am\xffina\",\"password\":\"qwer1234\"}",
        b"{\"username\":\"\\ud800\",\"password\":\"qwer1234\"}",
        b"username=amina&password=qwer1234",
        nested.as_bytes(),
    ]
    .iter()
    .map(|body| body.to_vec())
    .collect();
    for body in bodies {
        let shown = String::from_utf8_lossy(&body).chars().take(80).collect::<String>();
        for (method, path) in [(Method::POST, WORKERS.to_owned()), (Method::PUT, at(&id))] {
            let headers = [("content-type", "application/json")];
            let answer = admin.send(method, &path, &headers, Body::from(body.clone())).await;
            assert_eq!(
                (answer.status, &answer.json()["code"]),
                (StatusCode::BAD_REQUEST, &json!("BAD_REQUEST")),
                "{shown}"
            );
        }
    }
    assert_eq!(admin.get(WORKERS).await.json()["meta"]["total_count"], 1);
}
