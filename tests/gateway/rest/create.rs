use super::{
    CREATE_SAMPLE, EDIT_SAMPLE, GROUPS, LOCATIONS, WORKERS, at, data, data_at, fault, faults, places, user,
    worker,
};
use crate::support::TestApp;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

#[tokio::test]
async fn the_samples_of_the_product_page_work_to_the_letter() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;

    let made = admin.send(Method::POST, WORKERS, &JSON, Body::from(CREATE_SAMPLE)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(made.headers["location"], at(&id));
    assert_eq!(made.headers["content-type"], "application/json");

    let shown = admin.get(&at(&id)).await;
    assert_eq!((shown.status, &shown.json()), (StatusCode::OK, &made.json()));
    let shown = shown.json();
    for (field, value) in [
        ("username", json!("jdoe@acme.fieldgate.local")),
        ("first_name", json!("John")),
        ("last_name", json!("Doe")),
        ("email", json!("jdoe@example.org")),
        ("language", json!("en")),
        ("default_phone_number", json!("+50253311399")),
        ("phone_numbers", json!(["+50253311399", "+50253314588"])),
        ("groups", json!(GROUPS)),
        ("locations", json!(LOCATIONS)),
        ("primary_location", json!(LOCATIONS[0])),
        ("user_data", data_at(LOCATIONS[0], json!({ "chw_id": "13/43/DFA" }))),
        ("is_active", json!(true)),
        ("resource_uri", json!(at(&id))),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    app.sign_in("jdoe@acme.fieldgate.local", "qwer1234").await;

    let edited = admin.send(Method::PUT, &at(&id), &JSON, Body::from(EDIT_SAMPLE)).await;
    assert_eq!((edited.status, &edited.json()["id"]), (StatusCode::OK, &json!(id)), "{}", edited.text);
    assert_eq!(admin.get(&at(&id)).await.json(), edited.json());
    app.sign_in("jdoe@acme.fieldgate.local", "new password").await;

    let deleted = admin.delete(&at(&id)).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (StatusCode::ACCEPTED, ""));
    for (method, body) in [(Method::GET, ""), (Method::PUT, EDIT_SAMPLE), (Method::DELETE, "")] {
        let answer = admin.send(method.clone(), &at(&id), &JSON, Body::from(body)).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (StatusCode::NOT_FOUND, &json!("NOT_FOUND")),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_username_and_a_password_are_enough() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "Amina", json!({})).await;
    let shown = admin.get(&at(&id)).await.json();
    for (field, value) in [
        ("username", json!("amina@acme.fieldgate.local")),
        ("first_name", json!("")),
        ("email", json!("")),
        ("phone_numbers", json!([])),
        ("default_phone_number", json!("")),
        ("groups", json!([])),
        ("locations", json!([])),
        ("primary_location", Json::Null),
        ("user_data", data(json!({}))),
        ("language", json!("")),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let nothing = admin.post(WORKERS, &json!({})).await;
    let missing = [fault("REQUIRED", &["username"]), fault("REQUIRED", &["password"])];
    assert_eq!((nothing.status, faults(&nothing.json())), (StatusCode::BAD_REQUEST, missing.to_vec()));
}

#[tokio::test]
async fn a_failed_creation_leaves_the_username_free_and_nothing_half_written() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    // The sample's groups and locations are not there.
    let refused = admin.send(Method::POST, WORKERS, &JSON, Body::from(CREATE_SAMPLE)).await;
    let expected = [
        fault("GROUP_OUT_OF_REACH", &["groups", "0"]),
        fault("GROUP_OUT_OF_REACH", &["groups", "1"]),
        fault("LOCATION_OUT_OF_REACH", &["locations", "0"]),
        fault("LOCATION_OUT_OF_REACH", &["locations", "1"]),
    ];
    assert_eq!((refused.status, faults(&refused.json())), (StatusCode::BAD_REQUEST, expected.to_vec()));
    assert_eq!(admin.get(WORKERS).await.json()["meta"]["total_count"], 0);
    assert_eq!(app.rows("SELECT username FROM mobile_worker").await.unwrap().len(), 0);

    places(&app).await;
    let made = admin.send(Method::POST, WORKERS, &JSON, Body::from(CREATE_SAMPLE)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

#[tokio::test]
async fn a_username_is_taken_for_good() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let again = async || {
        let answer = admin.post(WORKERS, &json!({ "username": "AMINA", "password": "qwer1234" })).await;
        assert_eq!(
            (answer.status, faults(&answer.json())),
            (StatusCode::BAD_REQUEST, vec![fault("USERNAME_TAKEN", &["username"])])
        );
    };
    again().await;
    assert_eq!(admin.delete(&at(&id)).await.status, StatusCode::ACCEPTED);
    again().await;
}

#[tokio::test]
async fn truths_come_as_json_or_as_commcares_texts_and_unclear_ones_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let clear = [json!("False"), json!("false"), json!("FALSE"), json!(false), Json::Null];
    for (number, value) in clear.into_iter().enumerate() {
        worker(
            &admin,
            &format!("w{number}"),
            json!({ "require_account_confirmation": value, "send_confirmation_email_now": value }),
        )
        .await;
    }
    for (number, value) in [json!("True"), json!("true"), json!(true)].into_iter().enumerate() {
        let body = json!({
            "username": format!("u{number}"), "email": format!("u{number}@example.org"),
            "require_account_confirmation": value, "send_confirmation_email_now": value,
        });
        let answer = admin.post(WORKERS, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{value}: {}", answer.text);
        assert_eq!(answer.json()["is_account_confirmed"], false, "{value}");
    }
    for value in [
        json!("yes"),
        json!("1"),
        json!(1),
        json!(0),
        json!(""),
        json!(" true"),
        json!([]),
        json!({}),
        json!("None"),
    ] {
        for field in ["require_account_confirmation", "send_confirmation_email_now"] {
            let answer = admin
                .post(WORKERS, &json!({ "username": "amina", "password": "qwer1234", field: value }))
                .await;
            assert_eq!(faults(&answer.json()), [fault("INVALID_VALUE", &[field])], "{field} {value}");
        }
    }
}

#[tokio::test]
async fn who_may_use_the_api_and_not_edit_workers_is_denied() {
    let app = TestApp::spawn().await;
    let viewer = user(
        &app,
        "viewer@acme.example",
        &["access_api", "view_commcare_users", "access_all_locations"],
        &[],
    )
    .await;
    let answer = viewer.post(WORKERS, &json!({ "username": "amina", "password": "qwer1234" })).await;
    assert_eq!(
        (answer.status, &answer.json()["missing"]),
        (StatusCode::FORBIDDEN, &json!(["edit_commcare_users"]))
    );
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn numbers_names_and_addresses_are_tidied_like_over_graphql() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let fields = json!({
        "first_name": "  Amina ", "email": " Amina@Example.ORG", "language": "EN",
        "phone_numbers": ["+255700000001", "255700000001", "255700000002"], "default_phone_number": "255700000002",
    });
    let id = worker(&admin, "amina", fields).await;
    let shown = admin.get(&at(&id)).await.json();
    assert_eq!(shown["first_name"], "Amina");
    assert_eq!((&shown["email"], &shown["language"]), (&json!("amina@example.org"), &json!("en")));
    assert_eq!(shown["phone_numbers"], json!(["+255700000002", "+255700000001"]));
    assert_eq!(shown["default_phone_number"], "+255700000002");
}

#[tokio::test]
async fn a_role_is_given_by_its_name_and_shown_by_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    crate::scene::role(&app, "Field Nurse", &["view_reports"]).await;
    let id = worker(&admin, "amina", json!({ "role": "field NURSE" })).await;
    assert_eq!(admin.get(&at(&id)).await.json()["role"], "Field Nurse");
    for cleared in [json!(""), Json::Null] {
        admin.put(&at(&id), &json!({ "role": "Field Nurse" })).await;
        let answer = admin.put(&at(&id), &json!({ "role": cleared })).await;
        assert_eq!((answer.status, &answer.json()["role"]), (StatusCode::OK, &Json::Null), "{}", answer.text);
    }
    // What a script read, edited and sent back.
    let shown = admin.put(&at(&id), &json!({ "role": "Field Nurse" })).await.json();
    let again = admin.put(&at(&id), &json!({ "role": shown["role"] })).await;
    assert_eq!(again.json()["role"], "Field Nurse");
}

#[tokio::test]
async fn a_role_that_is_not_there_or_not_the_callers_to_give_is_refused_alike() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    crate::scene::role(&app, "Closed", &["edit_commcare_users"]).await;
    crate::scene::role_of(&app, "acme", "Open", &["access_api"], true).await;
    crate::scene::role_of(&app, "acme", "Beyond", &["edit_web_users", "access_all_locations"], true).await;
    let permissions = ["access_api", "edit_commcare_users", "access_all_locations"];
    let editor = user(&app, "editor@acme.example", &permissions, &[]).await;
    let body =
        |username: &str, role: &str| json!({ "username": username, "password": "qwer1234", "role": role });
    for (role, code) in [
        ("Closed", "ROLE_NOT_ASSIGNABLE"),
        ("Nobody", "ROLE_NOT_ASSIGNABLE"),
        ("\0", "ROLE_NOT_ASSIGNABLE"),
        ("Beyond", "GRANT_NOT_HELD"),
    ] {
        let answer = editor.post(WORKERS, &body("amina", role)).await;
        let expected = vec![fault(code, &["role"])];
        assert_eq!((answer.status, faults(&answer.json())), (StatusCode::BAD_REQUEST, expected), "{role}");
    }
    assert_eq!(editor.post(WORKERS, &body("amina", "Open")).await.status, StatusCode::CREATED);
    assert_eq!(admin.post(WORKERS, &body("bilal", "Closed")).await.status, StatusCode::CREATED);
}
