//! `POST /a/acme/api/invitation/v1/`.

use super::{LOCATIONS, fault, faults, places, user};
use crate::support::{ADMIN, Answer, TestApp};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

const INVITATIONS: &str = "/a/acme/api/invitation/v1/";
const EDITOR: &[&str] = &["access_api", "edit_web_users", "access_all_locations"];

fn refused(answer: &Answer) -> (StatusCode, Vec<(String, Vec<String>)>) {
    (answer.status, faults(&answer.json()))
}

#[tokio::test]
async fn an_invitation_comes_back_with_all_its_fields_and_its_mail_is_queued() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let body = json!({
        "email": "Ana@Example.org", "role": "app editor", "primary_location_id": LOCATIONS[1],
        "assigned_location_ids": LOCATIONS,
    });
    let made = admin.post(INVITATIONS, &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let shown = made.json();
    let id = shown["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(
        shown,
        json!({
            "id": id, "email": "ana@example.org", "role": "App Editor", "primary_location_id": LOCATIONS[1],
            "assigned_location_ids": LOCATIONS, "status": "pending", "delivery": "queued",
            "invited_at": "2026-09-21T14:13:20Z", "expires_at": "2026-10-21T14:13:20Z",
        })
    );
    let queued = app.rows("SELECT recipient FROM mail WHERE template = 'invitation'").await.unwrap();
    assert_eq!(queued, [["ana@example.org"]]);
    let audited =
        app.rows("SELECT channel FROM audit_entry WHERE action = 'invitation.create'").await.unwrap();
    assert_eq!(audited, [["rest"]]);

    let bare =
        admin.post("/a/acme/api/invitation/v1", &json!({ "email": "bo@example.org", "role": "Admin" })).await;
    assert_eq!(bare.status, StatusCode::CREATED, "{}", bare.text);
    let bare = bare.json();
    assert_eq!(
        (&bare["role"], &bare["primary_location_id"], &bare["assigned_location_ids"]),
        (&json!("Admin"), &Json::Null, &json!([]))
    );
}

#[tokio::test]
async fn unknown_parameters_are_refused_by_name_with_everything_else() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let unknown = "0".repeat(32);
    let body = json!({
        "email": "nobody", "role": "Nonsense", "primary_location_id": LOCATIONS[0],
        "assigned_location_ids": [LOCATIONS[1], unknown], "tableau_role": "Viewer", "user_data": {},
    });
    let expected = vec![
        fault("EMAIL_INVALID", &["email"]),
        fault("ROLE_NOT_ASSIGNABLE", &["role"]),
        fault("UNKNOWN_FIELD", &["tableau_role"]),
        fault("UNKNOWN_FIELD", &["user_data"]),
        fault("PRIMARY_LOCATION_NOT_ASSIGNED", &["primary_location_id"]),
        fault("LOCATION_OUT_OF_REACH", &["assigned_location_ids", "1"]),
    ];
    assert_eq!(refused(&admin.post(INVITATIONS, &body).await), (StatusCode::BAD_REQUEST, expected));
    let nothing = vec![fault("REQUIRED", &["email"]), fault("REQUIRED", &["role"])];
    assert_eq!(refused(&admin.post(INVITATIONS, &json!({})).await), (StatusCode::BAD_REQUEST, nothing));
    let wrong = json!({ "email": 7, "role": ["Admin"], "assigned_location_ids": "x" });
    let expected = vec![
        fault("REQUIRED", &["email"]),
        fault("INVALID_VALUE", &["email"]),
        fault("INVALID_VALUE", &["assigned_location_ids"]),
        fault("INVALID_VALUE", &["role"]),
        fault("REQUIRED", &["role"]),
    ];
    assert_eq!(refused(&admin.post(INVITATIONS, &wrong).await), (StatusCode::BAD_REQUEST, expected));
    let member = admin.post(INVITATIONS, &json!({ "email": ADMIN, "role": "Admin" })).await;
    assert_eq!(refused(&member).1, [fault("ALREADY_MEMBER", &["email"])]);
    assert_eq!(app.rows("SELECT recipient FROM mail").await.unwrap(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn it_needs_the_right_to_use_the_api_and_the_right_to_edit_web_users() {
    let app = TestApp::spawn().await;
    app.space("globex", "admin@globex.example").await;
    let body = json!({ "email": "ana@example.org", "role": "Read Only" });
    for (email, permissions, missing) in [
        ("one@acme.example", &["edit_web_users", "access_all_locations"][..], json!(["access_api"])),
        (
            "two@acme.example",
            &["access_api", "view_web_users", "access_all_locations"],
            json!(["edit_web_users"]),
        ),
    ] {
        let answer = user(&app, email, permissions, &[]).await.post(INVITATIONS, &body).await;
        assert_eq!((answer.status, &answer.json()["missing"]), (StatusCode::FORBIDDEN, &missing), "{email}");
    }
    let editor = user(&app, "editor@acme.example", EDITOR, &[]).await;
    let admin = editor.post(INVITATIONS, &json!({ "email": "ana@example.org", "role": "ADMIN" })).await;
    assert_eq!((admin.status, &admin.json()["reason"]), (StatusCode::FORBIDDEN, &json!("admin_only")));
    let beyond = editor.post(INVITATIONS, &body).await;
    assert_eq!(refused(&beyond).1, [fault("ROLE_NOT_ASSIGNABLE", &["role"])]);
    let outsider = app.sign_in("admin@globex.example", crate::support::PASSWORD).await;
    assert_eq!(outsider.post(INVITATIONS, &body).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.stranger().post(INVITATIONS, &body).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.rows("SELECT email FROM invitation").await.unwrap(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn only_post_is_taken_and_a_key_makes_one_invitation() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = admin.send(method.clone(), INVITATIONS, &[], Body::empty()).await;
        assert_eq!(
            (answer.status, answer.headers["allow"].to_str().unwrap()),
            (StatusCode::METHOD_NOT_ALLOWED, "POST"),
            "{method}"
        );
    }
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let body = json!({ "email": "ana@example.org", "role": "Admin" }).to_string();
    let first = admin.send(Method::POST, INVITATIONS, &headers, Body::from_string(body.clone())).await;
    let second = admin.send(Method::POST, INVITATIONS, &headers, Body::from_string(body)).await;
    assert_eq!((first.status, &first.text), (StatusCode::CREATED, &second.text));
    assert_eq!(app.rows("SELECT email FROM invitation").await.unwrap().len(), 1);
}
