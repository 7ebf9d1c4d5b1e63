//! "Permissions Required", "Authentication" and "Endpoint Specifications", which the page says of every call.

use super::{CREATE, UPDATE, can_sign_in, create, global};
use crate::mobile_worker::delete::DELETE;
use crate::mobile_worker::send_password_reset::SEND;
use crate::rest::sign_in::key;
use crate::rest::{WORKERS, at, user, worker};
use crate::scene::faults;
use crate::support::{ADMIN, Actor, Answer, TestApp};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

/// Create, edit, delete and mail, in this order, with their status when they succeed.
async fn all_over_rest(caller: &Actor<'_>, id: &str, username: &str) -> Vec<(Answer, StatusCode)> {
    let body = json!({ "username": username, "password": "qwer1234" });
    let reset = format!("{}email_password_reset/", at(id));
    vec![
        (caller.post(WORKERS, &body).await, StatusCode::CREATED),
        (caller.put(&at(id), &json!({ "first_name": "Jane" })).await, StatusCode::OK),
        (caller.send(Method::POST, &reset, &[], Body::empty()).await, StatusCode::ACCEPTED),
        (caller.delete(&at(id)).await, StatusCode::ACCEPTED),
    ]
}

/// The same over GraphQL: mutations with their input.
fn all_over_graphql(id: &str, username: &str) -> [(&'static str, Json); 4] {
    let id = global("mw", id);
    let new = json!({ "projectSpace": "acme", "username": username, "password": "qwer1234" });
    [
        (CREATE, new),
        (UPDATE, json!({ "id": id, "firstName": "Jane" })),
        (SEND, json!({ "id": id })),
        (DELETE, json!({ "id": id })),
    ]
}

// Of all four: "Permissions Required: Edit Mobile Workers, Edit Access API’s"
#[tokio::test]
async fn creating_editing_deleting_and_mailing_need_both_permissions() {
    let app = TestApp::spawn().await;
    let everywhere = "access_all_locations";
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({ "email": "amina@example.org" })).await;
    let other = worker(&admin, "bilal", json!({ "email": "bilal@example.org" })).await;
    for (name, held, missing) in [
        ("script", vec!["access_api", "view_commcare_users", everywhere], "edit_commcare_users"),
        ("editor", vec!["edit_commcare_users", everywhere], "access_api"),
    ] {
        let caller = user(&app, &format!("{name}@acme.example"), &held, &[]).await;
        for (answer, _) in all_over_rest(&caller, &id, "jdoe").await {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {}", answer.text);
            assert_eq!(answer.json()["missing"], json!([missing]), "{name}");
        }
        for (mutation, input) in all_over_graphql(&other, "jane") {
            // The right to use the APIs is of scripts over REST: people at a frontend need none to edit workers.
            if missing == "access_api" {
                assert_eq!(faults(&caller, mutation, input).await, [], "{mutation}");
                continue;
            }
            let answer = caller.run(mutation, json!({ "i": input })).await;
            let extensions = &answer["errors"][0]["extensions"];
            assert_eq!(
                (&extensions["code"], &extensions["missing"]),
                (&json!("FORBIDDEN"), &json!([missing]))
            );
        }
    }
    let both = user(&app, "both@acme.example", &["access_api", "edit_commcare_users", everywhere], &[]).await;
    for (answer, done) in all_over_rest(&both, &id, "jdoe").await {
        assert_eq!(answer.status, done, "{}", answer.text);
    }
}

// Of an edit and a deletion: "Authentication: For more information, please review the API Authentication."
#[tokio::test]
async fn an_api_key_signs_scripts_in_and_nobody_gets_in_without_a_credential() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (one, other) = (worker(&admin, "one", json!({})).await, worker(&admin, "other", json!({})).await);
    let header = format!("ApiKey {ADMIN}:{}", key(&admin, "acme").await);
    let script = app.stranger().with_authorization(&header);
    let stranger = app.stranger();
    assert_eq!(stranger.put(&at(&one), &json!({})).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.delete(&at(&one)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(script.put(&at(&one), &json!({ "first_name": "Jane" })).await.status, StatusCode::OK);
    assert_eq!(script.delete(&at(&one)).await.status, StatusCode::ACCEPTED);
    let [_, edit, _, delete] = all_over_graphql(&other, "jane");
    for (mutation, input) in [edit, delete] {
        assert_eq!(stranger.code(mutation, json!({ "i": input })).await, "UNAUTHENTICATED");
        assert_eq!(faults(&script, mutation, input).await, []);
    }
}

// "URL: https://www.commcarehq.org/a/[domain]/api/user/v1/ … Method: POST", "…/user/v1/[id]/ … PUT", "… DELETE" and
// "…/user/v1/[id]/email_password_reset/ … POST". GraphQL has one address, and its mutations have names of their own.
#[tokio::test]
async fn the_addresses_and_methods_are_those_of_the_page_and_no_other_method_does_what_they_do() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made =
        create(&app, json!({ "username": "jdoe", "password": "qwer1234", "email": "j@example.org" })).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let one = format!("/a/acme/api/user/v1/{id}/");
    let reset = format!("/a/acme/api/user/v1/{id}/email_password_reset/");
    let body = r#"{ "first_name": "Jane" }"#;
    for (path, methods) in [
        (WORKERS, &[Method::PUT, Method::DELETE, Method::PATCH][..]),
        (&one, &[Method::POST, Method::PATCH]),
        (&reset, &[Method::GET, Method::PUT, Method::DELETE]),
    ] {
        for method in methods {
            let answer = super::send(&admin, method.clone(), path, body).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    assert!(can_sign_in(&app, "jdoe", "qwer1234").await, "nothing was done");
    assert_eq!(super::send(&admin, Method::PUT, &one, body).await.status, StatusCode::OK);
    assert_eq!(super::send(&admin, Method::POST, &reset, "").await.status, StatusCode::ACCEPTED);
    assert_eq!(admin.delete(&one).await.status, StatusCode::ACCEPTED);
}
