use super::{GROUPS, LOCATIONS, at, data_at, fault, faults, places, user, worker};
use crate::support::TestApp;
use poem::http::StatusCode;
use serde_json::{Value as Json, json};

async fn full(app: &TestApp) -> (crate::support::Actor<'_>, String) {
    places(app).await;
    let admin = app.admin().await;
    let fields = json!({
        "first_name": "John", "last_name": "Doe", "email": "jdoe@example.org", "language": "en",
        "phone_numbers": ["+50253311399", "+50253314588"], "groups": GROUPS, "locations": LOCATIONS,
        "primary_location": LOCATIONS[1], "user_data": { "chw_id": "13/43/DFA", "n": 1 },
    });
    let id = worker(&admin, "jdoe", fields).await;
    (admin, id)
}

/// What changed, beside the time of it.
fn difference(before: &Json, after: &Json) -> Vec<String> {
    let (before, after) = (before.as_object().unwrap(), after.as_object().unwrap());
    let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    changed.map(|(name, _)| name.clone()).filter(|name| name != "updated_at").collect()
}

#[tokio::test]
async fn what_is_left_out_stays_and_what_is_given_is_replaced() {
    let app = TestApp::spawn().await;
    let (admin, id) = full(&app).await;
    for (body, changed) in [
        (json!({}), vec![]),
        (json!({ "first_name": "Jane" }), vec!["first_name"]),
        (json!({ "user_data": { "a": true } }), vec!["user_data"]),
        (json!({ "groups": [GROUPS[1]] }), vec!["groups"]),
        (json!({ "phone_numbers": ["255700000001"] }), vec!["default_phone_number", "phone_numbers"]),
        (json!({ "default_phone_number": "255700000002" }), vec!["default_phone_number", "phone_numbers"]),
        (json!({ "language": "sw" }), vec!["language"]),
        (json!({ "password": "another one" }), vec![]),
        (json!({ "email": null }), vec!["email"]),
        (json!({ "email": "jane@example.org" }), vec!["email"]),
        (json!({ "email": "" }), vec!["email"]),
    ] {
        let before = admin.get(&at(&id)).await.json();
        let answer = admin.put(&at(&id), &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{body}: {}", answer.text);
        let after = admin.get(&at(&id)).await.json();
        assert_eq!(after, answer.json(), "{body}");
        assert_eq!(difference(&before, &after), changed, "{body}");
    }
    assert_eq!(admin.get(&at(&id)).await.json()["user_data"], data_at(LOCATIONS[1], json!({ "a": true })));
}

#[tokio::test]
async fn an_empty_list_takes_all_locations_away() {
    let app = TestApp::spawn().await;
    let (admin, id) = full(&app).await;
    let answer = admin.put(&at(&id), &json!({ "locations": [] })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let shown = admin.get(&at(&id)).await.json();
    assert_eq!((&shown["locations"], &shown["primary_location"]), (&json!([]), &Json::Null));
}

#[tokio::test]
async fn an_empty_text_takes_the_primary_location_away_and_it_stays_away() {
    let app = TestApp::spawn().await;
    let (admin, id) = full(&app).await;
    let answer = admin.put(&at(&id), &json!({ "primary_location": "" })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let shown = admin.get(&at(&id)).await.json();
    assert_eq!((&shown["locations"], &shown["primary_location"]), (&json!(LOCATIONS), &Json::Null));
    // A later edit of something else does not bring one back.
    admin.put(&at(&id), &json!({ "first_name": "Jane" })).await;
    assert_eq!(admin.get(&at(&id)).await.json()["primary_location"], Json::Null);
}

#[tokio::test]
async fn a_primary_location_is_one_of_the_locations() {
    let app = TestApp::spawn().await;
    let (admin, id) = full(&app).await;
    for body in [
        json!({ "primary_location": "0".repeat(32) }),
        json!({ "locations": [LOCATIONS[0]], "primary_location": LOCATIONS[1] }),
        json!({ "locations": [], "primary_location": LOCATIONS[1] }),
    ] {
        let answer = admin.put(&at(&id), &body).await;
        assert_eq!(
            faults(&answer.json()),
            [fault("PRIMARY_LOCATION_NOT_ASSIGNED", &["primary_location"])],
            "{body}"
        );
    }
    let answer = admin.put(&at(&id), &json!({ "locations": [LOCATIONS[0]] })).await;
    assert_eq!(
        answer.json()["primary_location"],
        LOCATIONS[0],
        "the old one is gone, and the first takes its place"
    );
}

#[tokio::test]
async fn a_refused_edit_changes_nothing() {
    let app = TestApp::spawn().await;
    let (admin, id) = full(&app).await;
    let before = admin.get(&at(&id)).await.json();
    let body = json!({ "first_name": "Jane", "groups": ["0".repeat(32)], "language": "english", "password": "another one" });
    let answer = admin.put(&at(&id), &body).await;
    let expected = [fault("INVALID_VALUE", &["language"]), fault("GROUP_OUT_OF_REACH", &["groups", "0"])];
    assert_eq!((answer.status, faults(&answer.json())), (StatusCode::BAD_REQUEST, expected.to_vec()));
    assert_eq!(admin.get(&at(&id)).await.json(), before);
    app.sign_in("jdoe@acme.fieldgate.local", "qwer1234").await;
}

#[tokio::test]
async fn a_username_never_changes() {
    let app = TestApp::spawn().await;
    let (admin, id) = full(&app).await;
    for body in [
        json!({ "username": "jane" }),
        json!({ "username": "jdoe" }),
        json!({ "id": "0".repeat(32) }),
        json!({ "is_active": false }),
    ] {
        let answer = admin.put(&at(&id), &body).await;
        assert_eq!(faults(&answer.json())[0].0, "UNKNOWN_FIELD", "{body}");
    }
}

#[tokio::test]
async fn a_truth_is_clear_or_refused() {
    let app = TestApp::spawn().await;
    let (admin, id) = full(&app).await;
    for value in [json!("True"), json!("False"), json!("true"), json!(true), json!(false), Json::Null] {
        let answer = admin.put(&at(&id), &json!({ "send_confirmation_email_now": value })).await;
        assert_eq!(answer.status, StatusCode::OK, "{value}: {}", answer.text);
    }
    for value in [json!("yes"), json!(1), json!(""), json!([true])] {
        let answer = admin.put(&at(&id), &json!({ "send_confirmation_email_now": value })).await;
        assert_eq!(
            faults(&answer.json()),
            [fault("INVALID_VALUE", &["send_confirmation_email_now"])],
            "{value}"
        );
    }
}

#[tokio::test]
async fn who_may_only_see_workers_is_denied() {
    let app = TestApp::spawn().await;
    let (_, id) = full(&app).await;
    let viewer = user(
        &app,
        "viewer@acme.example",
        &["access_api", "view_commcare_users", "access_all_locations"],
        &[],
    )
    .await;
    let answer = viewer.put(&at(&id), &json!({ "first_name": "Jane" })).await;
    assert_eq!(
        (answer.status, &answer.json()["missing"]),
        (StatusCode::FORBIDDEN, &json!(["edit_commcare_users"]))
    );
}

// `setMobileWorkerPassword` answers the same.
#[tokio::test]
async fn an_unconfirmed_worker_gets_no_password_by_an_edit() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = crate::scene::unconfirmed(&app, "amina").await;
    let hex = id.strip_prefix("mw_").unwrap();
    let answer = admin.put(&at(hex), &json!({ "password": "a long enough password" })).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(faults(&answer.json()), [fault("CONFIRMATION_PENDING", &["password"])]);
    let hash = "SELECT CAST(COUNT(password_hash) AS TEXT) FROM mobile_worker WHERE username = 'amina'";
    assert_eq!(app.rows(hash).await.unwrap(), [["0"]]);
}

// Programs read a worker, change one field and send the whole object back (client-programs, 17).
#[tokio::test]
async fn what_was_read_may_be_sent_back_with_one_field_changed() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let bare = worker(&admin, "bare", json!({})).await;
    let fields = json!({
        "email": "amina@example.org", "language": "sw", "phone_numbers": ["255700000001"], "groups": GROUPS,
        "locations": LOCATIONS, "user_data": { "a": "1", "b": "" },
    });
    let full = worker(&admin, "amina", fields).await;
    for id in [bare, full] {
        let mut read = admin.get(&at(&id)).await.json();
        read["first_name"] = json!("Amina");
        app.pass(chrono::TimeDelta::seconds(1));
        let sent = admin.put(at(&id).trim_end_matches('/'), &read).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        let mut expected = read.clone();
        expected["updated_at"] = sent.json()["updated_at"].clone();
        assert_eq!(sent.json(), expected);
        for (field, value) in [("is_active", json!(false)), ("username", json!("other")), ("id", json!("0"))]
        {
            let mut wrong = read.clone();
            wrong[field] = value;
            let refused = admin.put(&at(&id), &wrong).await;
            assert_eq!(faults(&refused.json()), [fault("UNKNOWN_FIELD", &[field])]);
        }
    }
}
