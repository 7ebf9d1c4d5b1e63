//! "User Edit (Mobile Worker)".

use super::{UPDATE, can_sign_in, create, global, made, nodes, own_data, read, send, update};
use crate::mobile_worker::confirm::{CONFIRM, token};
use crate::mobile_worker::set_password::SET;
use crate::rest::{EDIT_SAMPLE, GROUPS, LOCATIONS, at, fault, faults, places, worker};
use crate::scene::{mails_of, pairs};
use crate::support::TestApp;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

// "You must specify in the request header that the Content-Type is application/json." GraphQL's mutations are asked for
// the same (`http::media`).
#[tokio::test]
async fn another_content_type_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({})).await;
    let input = json!({ "i": { "id": global("mw", &id), "firstName": "Jane" } });
    let query = json!({ "query": UPDATE, "variables": input }).to_string();
    for headers in [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/xml")]] {
        for (method, path, body) in [
            (Method::PUT, at(&id), r#"{ "first_name": "Jane" }"#),
            (Method::POST, "/graphql".to_owned(), &query),
        ] {
            let answer = admin.send(method, &path, headers, Body::from_string(body.to_owned())).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {headers:?}");
        }
    }
    assert_eq!(read(&app, &global("mw", &id)).await["firstName"], "");
    assert_eq!(send(&admin, Method::PUT, &at(&id), "{}").await.status, StatusCode::OK);
}

// "first_name: First name of user", "last_name: Last name of user", "Email address of user", "language: User language"
#[tokio::test]
async fn an_edit_sets_names_address_and_language_and_leaves_what_it_does_not_name() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({ "first_name": "J", "last_name": "D" })).await;
    let edit = json!({ "first_name": "John", "email": "jdoe@example.org", "language": "en" });
    let edited = admin.put(&at(&id), &edit).await.json();
    for (field, value) in edit.as_object().unwrap() {
        assert_eq!(edited[field], *value, "{field}");
    }
    assert_eq!(
        (&edited["last_name"], &edited["username"]),
        (&json!("D"), &json!("jdoe@acme.fieldgate.local"))
    );
    let edit = json!({ "firstName": "Jane", "email": "jane@example.org", "language": "fr" });
    let mut input = edit.clone();
    input["id"] = json!(global("mw", &id));
    let edited = update(&app, input).await;
    for (field, value) in edit.as_object().unwrap() {
        assert_eq!(edited[field], *value, "{field}");
    }
    assert_eq!(edited["lastName"], "D");
    let edited = admin.put(&at(&id), &json!({ "last_name": "Doe" })).await.json();
    assert_eq!((&edited["first_name"], &edited["last_name"]), (&json!("Jane"), &json!("Doe")));
}

// "phone_numbers: … (replaces existing ones)", "groups: … (replaces existing groups)"
#[tokio::test]
async fn an_edit_replaces_phone_numbers_and_groups() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let fields = json!({ "phone_numbers": ["255700000001", "255700000002"], "groups": GROUPS });
    let id = worker(&admin, "jdoe", fields).await;
    let edit = json!({ "phone_numbers": ["255700000003"], "groups": [GROUPS[1]] });
    let edited = admin.put(&at(&id), &edit).await.json();
    assert_eq!(
        (&edited["phone_numbers"], &edited["groups"]),
        (&json!(["+255700000003"]), &json!([GROUPS[1]]))
    );
    let edit = json!({
        "id": global("mw", &id), "phoneNumbers": ["255700000004"], "groupIds": [global("gr", GROUPS[0])],
    });
    let edited = update(&app, edit).await;
    assert_eq!(edited["phoneNumbers"], json!(["255700000004"]));
    assert_eq!(edited["groups"], nodes("gr", &GROUPS[..1]));
}

// "user_data: Any additional custom data associated with the user (replaces existing custom data)."
#[tokio::test]
async fn an_edit_replaces_custom_data() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({ "user_data": { "chw_id": "13/43/DFA", "n": 1 } })).await;
    let edited = admin.put(&at(&id), &json!({ "user_data": { "n": 3 } })).await.json();
    assert_eq!(own_data(&edited), json!({ "n": 3 }));
    let edited = update(&app, json!({ "id": global("mw", &id), "userData": { "m": 4 } })).await;
    assert_eq!(edited["userData"], json!({ "m": 4 }));
}

// "Note that user data may include system data affecting various features, so it is advised to pull the user’s current data
// and edit it, rather than completely overwriting user data. To get the user’s current data, use the single user URL
// provided at List Mobile Workers API."
#[tokio::test]
async fn the_current_data_is_at_the_single_user_url_and_what_was_read_can_be_edited_and_sent_back() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({ "user_data": { "chw_id": "13/43/DFA", "n": 1 } })).await;
    let mut data = admin.get(&at(&id)).await.json()["user_data"].clone();
    assert_eq!(data["commcare_project"], "acme", "system data stands among it");
    data["n"] = json!(2);
    let edited = admin.put(&at(&id), &json!({ "user_data": data })).await.json();
    assert_eq!(own_data(&edited), json!({ "chw_id": "13/43/DFA", "n": 2 }));
    // What the system adds is no data of the worker's: GraphQL does not mix them.
    let mut data = read(&app, &global("mw", &id)).await["userData"].clone();
    assert_eq!(data, json!({ "chw_id": "13/43/DFA", "n": 2 }));
    data["n"] = json!(3);
    let edited = update(&app, json!({ "id": global("mw", &id), "userData": data })).await;
    assert_eq!(edited["userData"], json!({ "chw_id": "13/43/DFA", "n": 3 }));
}

// "password: New password for user"
#[tokio::test]
async fn an_edit_sets_a_new_password() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({})).await;
    assert_eq!(admin.put(&at(&id), &json!({ "password": "fake-password-123" })).await.status, StatusCode::OK);
    assert!(
        can_sign_in(&app, "jdoe", "fake-password-123").await && !can_sign_in(&app, "jdoe", "qwer1234").await
    );
    let set = json!({ "id": global("mw", &id), "password": "another-password-456" });
    assert_eq!(crate::scene::faults(&admin, SET, set).await, []);
    assert!(can_sign_in(&app, "jdoe", "another-password-456").await);
}

// "primary_location: The location id of the primary location, it must be one of the locations."
#[tokio::test]
async fn the_primary_location_of_an_edit_must_be_one_of_the_locations() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({ "locations": LOCATIONS })).await;
    let edited = admin.put(&at(&id), &json!({ "primary_location": LOCATIONS[1] })).await.json();
    assert_eq!(edited["primary_location"], LOCATIONS[1]);
    let primary = |of: &str| json!({ "locations": [LOCATIONS[0]], "primary_location": of });
    let wrong = admin.put(&at(&id), &primary(LOCATIONS[1])).await;
    assert_eq!(faults(&wrong.json()), [fault("PRIMARY_LOCATION_NOT_ASSIGNED", &["primary_location"])]);
    let wrong = json!({
        "id": global("mw", &id), "locationIds": [global("lo", LOCATIONS[0])],
        "primaryLocationId": global("lo", LOCATIONS[1]),
    });
    let wrong = crate::scene::faults(&admin, UPDATE, wrong).await;
    assert_eq!(wrong, pairs(&[("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId")]));
    assert_eq!(admin.put(&at(&id), &primary(LOCATIONS[0])).await.status, StatusCode::OK);
}

// "primary_location: … To remove the primary_location, pass an empty string." GraphQL has null for that.
#[tokio::test]
async fn an_empty_text_removes_the_primary_location() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let fields = json!({ "locations": LOCATIONS, "primary_location": LOCATIONS[1] });
    let id = worker(&admin, "jdoe", fields).await;
    let edited = admin.put(&at(&id), &json!({ "primary_location": "" })).await.json();
    assert_eq!((&edited["primary_location"], &edited["locations"]), (&Json::Null, &json!(LOCATIONS)));
    let set = json!({ "id": global("mw", &id), "primaryLocationId": global("lo", LOCATIONS[0]) });
    assert_eq!(update(&app, set).await["primaryLocation"]["id"], *global("lo", LOCATIONS[0]));
    let removed = update(&app, json!({ "id": global("mw", &id), "primaryLocationId": null })).await;
    assert_eq!((&removed["primaryLocation"], &removed["locations"]), (&Json::Null, &nodes("lo", &LOCATIONS)));
}

// "locations: A list of location_ids that the mobile worker will be assigned to. To remove all assigned locations, pass an
// empty array."
#[tokio::test]
async fn an_edit_assigns_to_the_locations_and_an_empty_list_removes_all() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let fields = json!({ "locations": LOCATIONS, "primary_location": LOCATIONS[1] });
    let id = worker(&admin, "jdoe", fields).await;
    let edited = admin.put(&at(&id), &json!({ "locations": [] })).await.json();
    assert_eq!((&edited["primary_location"], &edited["locations"]), (&Json::Null, &json!([])));
    let edited = admin.put(&at(&id), &json!({ "locations": LOCATIONS })).await.json();
    assert_eq!(edited["locations"], json!(LOCATIONS));
    let set = |ids: &[String]| json!({ "id": global("mw", &id), "locationIds": ids });
    assert_eq!(update(&app, set(&[])).await["locations"], json!([]));
    let both = LOCATIONS.map(|id| global("lo", id));
    assert_eq!(update(&app, set(&both)).await["locations"], nodes("lo", &LOCATIONS));
}

// "send_confirmation_email_now: If True and the user is an unconfirmed account, immediately sends an account confirmation
// email. False by default."
#[tokio::test]
async fn an_edit_mails_an_unconfirmed_account_and_sets_no_password_of_it() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let body =
        json!({ "username": "jdoe", "email": "old@example.org", "require_account_confirmation": "True" });
    let id = create(&app, body).await.json()["id"].as_str().unwrap().to_owned();
    for edit in
        [json!({ "first_name": "J", "send_confirmation_email_now": "False" }), json!({ "first_name": "K" })]
    {
        assert_eq!(admin.put(&at(&id), &edit).await.status, StatusCode::OK);
    }
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
    // The sample gives a password along with it, which the worker sets by confirming: nothing of it is done.
    let refused = send(&admin, Method::PUT, &at(&id), EDIT_SAMPLE).await;
    assert_eq!(faults(&refused.json()), [fault("CONFIRMATION_PENDING", &["password"])]);
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
    let mut sample: Json = serde_json::from_str(EDIT_SAMPLE).unwrap();
    sample.as_object_mut().unwrap().remove("password");
    let edited = admin.put(&at(&id), &sample).await;
    assert_eq!(edited.status, StatusCode::OK, "{}", edited.text);
    assert_eq!(edited.json()["is_account_confirmed"], false);
    assert!(!can_sign_in(&app, "jdoe", "new password").await);
    assert_eq!(mails_of(&app, "account_confirmation").await, 1);
    confirm(&app, "jdoe").await;
    assert!(!can_sign_in(&app, "jdoe", "new password").await);
}

#[tokio::test]
async fn an_edit_over_graphql_mails_an_unconfirmed_account_and_no_other() {
    let app = TestApp::spawn().await;
    let input =
        json!({ "username": "jane", "email": "jane@example.org", "requireAccountConfirmation": true });
    let id = made(&app, input).await["id"].clone();
    for edit in [
        json!({ "id": id, "firstName": "J", "sendConfirmationEmailNow": false }),
        json!({ "id": id, "firstName": "K" }),
    ] {
        update(&app, edit).await;
    }
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
    let edited =
        update(&app, json!({ "id": id, "firstName": "Jane", "sendConfirmationEmailNow": true })).await;
    assert_eq!((&edited["firstName"], &edited["status"]), (&json!("Jane"), &json!("PENDING_CONFIRMATION")));
    assert_eq!(mails_of(&app, "account_confirmation").await, 1);
    confirm(&app, "jane").await;
    update(&app, json!({ "id": id, "lastName": "Doe", "sendConfirmationEmailNow": true })).await;
    assert_eq!(mails_of(&app, "account_confirmation").await, 1);
}

/// The worker follows the link, and signs in with a password of their own.
async fn confirm(app: &TestApp, username: &str) {
    let token = token(app, &format!("{username}@example.org")).await;
    let confirm = json!({ "token": token, "password": "my own password" });
    assert_eq!(crate::scene::faults(&app.stranger(), CONFIRM, confirm).await, []);
    assert!(can_sign_in(app, username, "my own password").await);
}
