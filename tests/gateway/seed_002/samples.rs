//! The page's sample bodies: to the letter over REST, and the same values over GraphQL, where booleans are no texts.

use super::{can_sign_in, global, made, nodes, own_data, read, send, update};
use crate::mobile_worker::confirm::CONFIRM;
use crate::mobile_worker::set_password::SET;
use crate::rest::{
    CREATE_SAMPLE, EDIT_SAMPLE, GROUPS, LOCATIONS, UNCONFIRMED_SAMPLE, WORKERS, at, places, worker,
};
use crate::scene::mails_of;
use crate::support::TestApp;
use poem::http::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};

/// A sample as GraphQL takes it: under its names for the fields, and without what it has no field for.
fn over_graphql(sample: &str, without: &[&str]) -> Json {
    let sample: Map<String, Json> = serde_json::from_str(sample).unwrap();
    let fields = sample.into_iter().filter(|(field, _)| !without.contains(&field.as_str()));
    let fields = fields.map(|(field, value)| {
        let name = match field.as_str() {
            "first_name" => "firstName",
            "last_name" => "lastName",
            "phone_numbers" => "phoneNumbers",
            "groups" => "groupIds",
            "locations" => "locationIds",
            "primary_location" => "primaryLocationId",
            "user_data" => "userData",
            "require_account_confirmation" => "requireAccountConfirmation",
            "send_confirmation_email_now" => "sendConfirmationEmailNow",
            same => same,
        };
        (name.to_owned(), if value == "True" { json!(true) } else { value })
    });
    Json::Object(fields.collect())
}

/// What all three samples say of the worker.
fn assert_like_the_sample(worker: &Json) {
    for (field, value) in [
        ("username", json!("jdoe")),
        ("firstName", json!("John")),
        ("lastName", json!("Doe")),
        ("email", json!("jdoe@example.org")),
        ("userData", json!({ "chw_id": "13/43/DFA" })),
        ("locations", nodes("lo", &LOCATIONS)),
        ("primaryLocation", json!({ "id": global("lo", LOCATIONS[0]) })),
    ] {
        assert_eq!(worker[field], value, "{field}");
    }
}

/// And two of them.
fn assert_reached_and_grouped(worker: &Json) {
    assert_eq!(worker["language"], "en");
    assert_eq!(worker["phoneNumbers"], json!(["50253311399", "50253314588"]));
    assert_eq!(worker["defaultPhoneNumber"], "50253311399");
    assert_eq!(worker["groups"], nodes("gr", &GROUPS));
}

// User Creation: "Sample Input (JSON Format)"
#[tokio::test]
async fn the_sample_of_a_creation_works_to_the_letter() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let new = send(&app.admin().await, Method::POST, WORKERS, CREATE_SAMPLE).await;
    assert_eq!(new.status, StatusCode::CREATED, "{}", new.text);
    let sent: Json = serde_json::from_str(CREATE_SAMPLE).unwrap();
    let new = new.json();
    assert_eq!(new["username"], "jdoe@acme.fieldgate.local");
    for field in [
        "first_name",
        "last_name",
        "email",
        "language",
        "groups",
        "locations",
        "primary_location",
        "default_phone_number",
    ] {
        assert_eq!(new[field], sent[field], "{field}");
    }
    assert_eq!(own_data(&new), sent["user_data"]);
    assert!(new["password"].is_null() && can_sign_in(&app, "jdoe", "qwer1234").await);
    // GraphQL shows the same.
    let seen = read(&app, &global("mw", new["id"].as_str().unwrap())).await;
    assert_like_the_sample(&seen);
    assert_reached_and_grouped(&seen);
}

#[tokio::test]
async fn the_sample_of_a_creation_works_over_graphql() {
    let app = TestApp::spawn().await;
    places(&app).await;
    // The default phone number is the first one.
    let new = made(&app, over_graphql(CREATE_SAMPLE, &["default_phone_number"])).await;
    assert_like_the_sample(&new);
    assert_reached_and_grouped(&new);
    assert!(can_sign_in(&app, "jdoe", "qwer1234").await);
}

// User Creation: "Sample Input - Unconfirmed User (JSON Format)"
#[tokio::test]
async fn the_sample_of_an_unconfirmed_user_works_to_the_letter() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let new = send(&app.admin().await, Method::POST, WORKERS, UNCONFIRMED_SAMPLE).await;
    assert_eq!(new.status, StatusCode::CREATED, "{}", new.text);
    let new = new.json();
    assert_eq!((&new["is_active"], &new["is_account_confirmed"]), (&json!(false), &json!(false)));
    assert_eq!((&new["locations"], &own_data(&new)), (&json!(LOCATIONS), &json!({ "chw_id": "13/43/DFA" })));
    confirm(&app).await;
    let shown = app.admin().await.get(&at(new["id"].as_str().unwrap())).await.json();
    assert_eq!((&shown["is_active"], &shown["is_account_confirmed"]), (&json!(true), &json!(true)));
    assert_eq!((&shown["first_name"], &shown["locations"]), (&json!("John"), &json!(LOCATIONS)));
}

#[tokio::test]
async fn the_sample_of_an_unconfirmed_user_works_over_graphql() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let new = made(&app, over_graphql(UNCONFIRMED_SAMPLE, &[])).await;
    assert_like_the_sample(&new);
    assert_eq!(new["status"], "PENDING_CONFIRMATION");
    confirm(&app).await;
    let shown = read(&app, new["id"].as_str().unwrap()).await;
    assert_like_the_sample(&shown);
    assert_eq!(shown["status"], "ACTIVE");
}

/// The mail is there, and the worker follows its link.
async fn confirm(app: &TestApp) {
    assert_eq!(app.deliver().await, 1);
    let mail = app.mailbox.take().remove(0);
    assert_eq!(mail.letter.recipient.as_str(), "jdoe@example.org");
    let link = mail.letter.link.unwrap();
    let token = link.strip_prefix("https://gate.example/confirm/").unwrap();
    let confirm = json!({ "token": token, "password": "qwer1234" });
    assert_eq!(crate::scene::faults(&app.stranger(), CONFIRM, confirm).await, []);
    assert!(can_sign_in(app, "jdoe", "qwer1234").await);
}

// User Edit: "Edit CommCare (mobile-worker) user." and its "Sample Input"
#[tokio::test]
async fn the_sample_of_an_edit_works_to_the_letter() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({})).await;
    let edited = send(&admin, Method::PUT, &at(&id), EDIT_SAMPLE).await;
    assert_eq!(edited.status, StatusCode::OK, "{}", edited.text);
    let (sent, edited): (Json, Json) = (serde_json::from_str(EDIT_SAMPLE).unwrap(), edited.json());
    for field in ["first_name", "last_name", "email", "language", "groups", "locations", "primary_location"] {
        assert_eq!(edited[field], sent[field], "{field}");
    }
    assert_eq!(edited["phone_numbers"], json!(["+50253311399", "+50253314588"]));
    assert_eq!(own_data(&edited), sent["user_data"]);
    assert!(can_sign_in(&app, "jdoe", "new password").await);
    // The account was a confirmed one.
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

#[tokio::test]
async fn the_sample_of_an_edit_works_over_graphql() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let id = made(&app, json!({ "username": "jdoe", "password": "qwer1234" })).await["id"].clone();
    // A password has a mutation of its own.
    let mut edit = over_graphql(EDIT_SAMPLE, &["password"]);
    edit["id"] = id.clone();
    let edited = update(&app, edit).await;
    assert_like_the_sample(&edited);
    assert_reached_and_grouped(&edited);
    let password = json!({ "id": id, "password": "new password" });
    assert_eq!(crate::scene::faults(&app.admin().await, SET, password).await, []);
    assert!(can_sign_in(&app, "jdoe", "new password").await);
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}
