//! "User Creation (Mobile Worker)": its overview, parameters and output.

use super::{can_sign_in, create, create_over_graphql, global, made, nodes, own_data, read};
use crate::rest::{GROUPS, LOCATIONS, at, fault, faults, places};
use crate::scene::pairs;
use crate::support::TestApp;
use poem::http::StatusCode;
use serde_json::json;

// "Create a CommCare (mobile-worker) user."
#[tokio::test]
async fn a_mobile_worker_is_created() {
    let app = TestApp::spawn().await;
    let answer = create(&app, json!({ "username": "jdoe", "password": "qwer1234" })).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert!(can_sign_in(&app, "jdoe", "qwer1234").await);
    assert_eq!(create_over_graphql(&app, json!({ "username": "jane", "password": "qwer1234" })).await, []);
    assert!(can_sign_in(&app, "jane", "qwer1234").await);
}

// "Input Parameters (* indicates required): username*, password*"
#[tokio::test]
async fn username_and_password_are_required() {
    let app = TestApp::spawn().await;
    let nothing = create(&app, json!({})).await;
    let missing = [fault("REQUIRED", &["username"]), fault("REQUIRED", &["password"])];
    assert_eq!((nothing.status, faults(&nothing.json())), (StatusCode::BAD_REQUEST, missing.to_vec()));
    // Its schema asks for a username: a request without one is no request.
    let missing = create_over_graphql(&app, json!({ "username": "" })).await;
    assert_eq!(missing, pairs(&[("REQUIRED", "username"), ("REQUIRED", "password")]));
}

// "first_name: First name of user", "last_name: Last name of user" and "Email address of user"
#[tokio::test]
async fn names_and_address_are_kept() {
    let app = TestApp::spawn().await;
    let names = json!({
        "username": "jdoe", "password": "qwer1234", "first_name": "John", "last_name": "Doe", "email": "jdoe@example.org",
    });
    let new = create(&app, names.clone()).await.json();
    // CommCare answers with the full login name (DESIGN §6).
    assert_eq!(new["username"], "jdoe@acme.fieldgate.local");
    for field in ["first_name", "last_name", "email"] {
        assert_eq!(new[field], names[field], "{field}");
    }
    let names = json!({
        "username": "jane", "password": "qwer1234", "firstName": "Jane", "lastName": "Doe", "email": "jane@example.org",
    });
    let new = made(&app, names.clone()).await;
    for field in ["username", "firstName", "lastName", "email"] {
        assert_eq!(new[field], names[field], "{field}");
    }
}

// "phone_numbers: List of all phone numbers of the user. The first one will be set to the default number"
#[tokio::test]
async fn the_first_phone_number_is_the_default_one() {
    let app = TestApp::spawn().await;
    let numbers = json!(["+50253311399", "50253314588"]);
    let new = create(&app, json!({ "username": "jdoe", "password": "qwer1234", "phone_numbers": numbers }))
        .await
        .json();
    assert_eq!(new["phone_numbers"], json!(["+50253311399", "+50253314588"]));
    assert_eq!(new["default_phone_number"], "+50253311399");
    let new =
        made(&app, json!({ "username": "jane", "password": "qwer1234", "phoneNumbers": numbers })).await;
    assert_eq!(new["phoneNumbers"], json!(["50253311399", "50253314588"]));
    assert_eq!(new["defaultPhoneNumber"], "50253311399");
}

// "groups: List of all group ids belonging to the user"
#[tokio::test]
async fn groups_are_given_by_their_ids() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let new = create(&app, json!({ "username": "jdoe", "password": "qwer1234", "groups": GROUPS })).await;
    assert_eq!(new.json()["groups"], json!(GROUPS), "{}", new.text);
    let nothing = "0".repeat(32);
    let unknown =
        create(&app, json!({ "username": "who", "password": "qwer1234", "groups": [nothing] })).await;
    assert_eq!(faults(&unknown.json()), [fault("GROUP_OUT_OF_REACH", &["groups", "0"])]);

    let groups = GROUPS.map(|id| global("gr", id));
    let new = made(&app, json!({ "username": "jane", "password": "qwer1234", "groupIds": groups })).await;
    assert_eq!(new["groups"], nodes("gr", &GROUPS));
    let unknown = json!({ "username": "who", "password": "qwer1234", "groupIds": [nothing] });
    let unknown = create_over_graphql(&app, unknown).await;
    assert_eq!(unknown, pairs(&[("GROUP_OUT_OF_REACH", "groupIds.0")]));
}

// "user_data: Any additional custom data associated with the user" and "language: User language"
#[tokio::test]
async fn custom_data_and_language_are_kept() {
    let app = TestApp::spawn().await;
    let data = json!({ "chw_id": "13/43/DFA" });
    let body = json!({ "username": "jdoe", "password": "qwer1234", "language": "en", "user_data": data });
    let new = create(&app, body).await.json();
    assert_eq!((&new["language"], &own_data(&new)), (&json!("en"), &data));
    let input = json!({ "username": "jane", "password": "qwer1234", "language": "en", "userData": data });
    let new = made(&app, input).await;
    assert_eq!((&new["language"], &new["userData"]), (&json!("en"), &data));
}

// "primary_location: The location id of the primary location, it must be one of the locations"
#[tokio::test]
async fn the_primary_location_must_be_one_of_the_locations() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let body = |primary: &str| json!({ "username": "jdoe", "password": "qwer1234", "locations": [LOCATIONS[0]], "primary_location": primary });
    let wrong = create(&app, body(LOCATIONS[1])).await;
    assert_eq!(faults(&wrong.json()), [fault("PRIMARY_LOCATION_NOT_ASSIGNED", &["primary_location"])]);
    let input = |primary: &str| {
        json!({
            "username": "jane", "password": "qwer1234", "locationIds": [global("lo", LOCATIONS[0])],
            "primaryLocationId": global("lo", primary),
        })
    };
    let wrong = create_over_graphql(&app, input(LOCATIONS[1])).await;
    assert_eq!(wrong, pairs(&[("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId")]));
    assert_eq!(create(&app, body(LOCATIONS[0])).await.json()["primary_location"], LOCATIONS[0]);
    assert_eq!(made(&app, input(LOCATIONS[0])).await["primaryLocation"]["id"], *global("lo", LOCATIONS[0]));
}

// "locations: A list of location_ids that the mobile worker will be assigned to."
#[tokio::test]
async fn the_worker_is_assigned_to_the_locations() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let body = json!({ "username": "jdoe", "password": "qwer1234", "locations": LOCATIONS });
    assert_eq!(create(&app, body).await.json()["locations"], json!(LOCATIONS));
    let input = json!({
        "username": "jane", "password": "qwer1234", "locationIds": LOCATIONS.map(|id| global("lo", id)),
    });
    assert_eq!(made(&app, input).await["locations"], nodes("lo", &LOCATIONS));
}

// "Output Parameters: … User UUID"
#[tokio::test]
async fn the_answer_has_the_id() {
    let app = TestApp::spawn().await;
    let new = create(&app, json!({ "username": "jdoe", "password": "qwer1234" })).await.json();
    let id = new["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(app.admin().await.get(&at(id)).await.json()["username"], "jdoe@acme.fieldgate.local");
    // The same thing under either face's id: GraphQL says of what kind it is.
    assert_eq!(read(&app, &global("mw", id)).await["username"], "jdoe");
    let new = made(&app, json!({ "username": "jane", "password": "qwer1234" })).await;
    let id = new["id"].as_str().unwrap().strip_prefix("mw_").unwrap();
    assert_eq!(app.admin().await.get(&at(id)).await.json()["username"], "jane@acme.fieldgate.local");
}
