//! Seed 002, walked through: a test for each sentence of the API's product page, which stands above the test. What can be
//! said over GraphQL is said there too: both faces do the same.

use crate::mobile_worker::confirm::{CONFIRM, token};
use crate::rest::{
    CREATE_SAMPLE, EDIT_SAMPLE, GROUPS, LOCATIONS, UNCONFIRMED_SAMPLE, WORKERS, at, fault, faults, places,
    user, worker,
};
use crate::scene::{link_token, mails_of, pairs};
use crate::support::{Actor, Answer, TestApp, WORKER_PASSWORD};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

const CREATE: &str = "mutation($i: CreateMobileWorkerInput!) {
    createMobileWorker(input: $i) { mobileWorker { id username status } userErrors { code path } }
}";
const UPDATE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) {
        mobileWorker {
            firstName lastName email language phoneNumbers userData groups { id } locations { id } primaryLocation { id }
        }
        userErrors { code path }
    }
}";
const LOGIN: &str = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code path } } }";

/// Sends a body to the letter.
async fn send(actor: &Actor<'_>, method: Method, path: &str, body: &str) -> Answer {
    let json = [("content-type", "application/json")];
    actor.send(method, path, &json, Body::from_string(body.to_owned())).await
}

async fn create(app: &TestApp, body: Json) -> Answer {
    app.admin().await.post(WORKERS, &body).await
}

/// The same over GraphQL: codes and paths of what was wrong.
async fn create_over_graphql(app: &TestApp, input: Json) -> Vec<(String, String)> {
    let mut input = input;
    input["projectSpace"] = json!("acme");
    crate::scene::faults(&app.admin().await, CREATE, input).await
}

/// A worker over GraphQL whose update must succeed, as it is then.
async fn update(app: &TestApp, input: Json) -> Json {
    let answer = app.admin().await.run(UPDATE, json!({ "i": input })).await;
    assert_eq!(answer["data"]["updateMobileWorker"]["userErrors"], json!([]), "{answer}");
    answer["data"]["updateMobileWorker"]["mobileWorker"].clone()
}

fn global(prefix: &str, hex: &str) -> String {
    format!("{prefix}_{hex}")
}

/// The custom data, without what stands beside it in every answer (reference §4.8).
fn own_data(worker: &Json) -> Json {
    let mut data = worker["user_data"].as_object().unwrap().clone();
    data.retain(|key, _| !key.starts_with("commcare_"));
    Json::Object(data)
}

async fn can_sign_in(app: &TestApp, username: &str, password: &str) -> bool {
    let input = json!({ "username": username, "password": password, "projectSpace": "acme" });
    crate::scene::faults(&app.stranger(), LOGIN, input).await.is_empty()
}

// User Creation: "Create a CommCare (mobile-worker) user."
#[tokio::test]
async fn a_mobile_worker_is_created() {
    let app = TestApp::spawn().await;
    let made = create(&app, json!({ "username": "jdoe", "password": "qwer1234" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert!(can_sign_in(&app, "jdoe", "qwer1234").await);
    assert_eq!(create_over_graphql(&app, json!({ "username": "jane", "password": "qwer1234" })).await, []);
    assert!(can_sign_in(&app, "jane", "qwer1234").await);
}

// "Permissions Required: Edit Mobile Workers, Edit Access API’s"
#[tokio::test]
async fn creating_editing_deleting_and_mailing_need_both_permissions() {
    let app = TestApp::spawn().await;
    let everywhere = "access_all_locations";
    let id = worker(&app.admin().await, "amina", json!({ "email": "amina@example.org" })).await;
    let (one, reset) = (at(&id), format!("{}email_password_reset/", at(&id)));
    let both = user(&app, "both@acme.example", &["access_api", "edit_commcare_users", everywhere], &[]).await;
    for (name, held, missing) in [
        ("script", vec!["access_api", "view_commcare_users", everywhere], "edit_commcare_users"),
        ("editor", vec!["edit_commcare_users", everywhere], "access_api"),
    ] {
        let caller = user(&app, &format!("{name}@acme.example"), &held, &[]).await;
        let body = json!({ "username": "jdoe", "password": "qwer1234" });
        for answer in [
            caller.post(WORKERS, &body).await,
            caller.put(&one, &json!({ "first_name": "Jane" })).await,
            caller.delete(&one).await,
            caller.post(&reset, &json!({})).await,
        ] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {}", answer.text);
            assert_eq!(answer.json()["missing"], json!([missing]), "{name}");
        }
    }
    let body = json!({ "username": "jdoe", "password": "qwer1234" });
    assert_eq!(both.post(WORKERS, &body).await.status, StatusCode::CREATED);
    assert_eq!(both.put(&one, &json!({ "first_name": "Jane" })).await.status, StatusCode::OK);
    assert_eq!(both.post(&reset, &json!({})).await.status, StatusCode::ACCEPTED);
    assert_eq!(both.delete(&one).await.status, StatusCode::ACCEPTED);
}

// "Input Parameters (* indicates required): username*, password*"
#[tokio::test]
async fn username_and_password_are_required() {
    let app = TestApp::spawn().await;
    let nothing = create(&app, json!({})).await;
    let missing = [fault("REQUIRED", &["username"]), fault("REQUIRED", &["password"])];
    assert_eq!((nothing.status, faults(&nothing.json())), (StatusCode::BAD_REQUEST, missing.to_vec()));
    let missing = create_over_graphql(&app, json!({ "username": "jdoe" })).await;
    assert_eq!(missing, pairs(&[("REQUIRED", "password")]));
}

// "phone_numbers: List of all phone numbers of the user. The first one will be set to the default number"
#[tokio::test]
async fn the_first_phone_number_is_the_default_one() {
    let app = TestApp::spawn().await;
    let numbers = json!(["+50253311399", "50253314588"]);
    let made = create(&app, json!({ "username": "jdoe", "password": "qwer1234", "phone_numbers": numbers }))
        .await
        .json();
    assert_eq!(
        (&made["default_phone_number"], &made["phone_numbers"][0]),
        (&json!("+50253311399"), &made["default_phone_number"])
    );
}

// "groups: List of all group ids belonging to the user"
#[tokio::test]
async fn groups_are_given_by_their_ids() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let made = create(&app, json!({ "username": "jdoe", "password": "qwer1234", "groups": GROUPS })).await;
    assert_eq!(made.json()["groups"], json!(GROUPS), "{}", made.text);
    let unknown =
        create(&app, json!({ "username": "jane", "password": "qwer1234", "groups": ["0".repeat(32)] })).await;
    assert_eq!(faults(&unknown.json()), [fault("GROUP_OUT_OF_REACH", &["groups", "0"])]);
}

// "user_data: Any additional custom data associated with the user" and "language: User language"
#[tokio::test]
async fn custom_data_and_language_are_kept() {
    let app = TestApp::spawn().await;
    let body = json!({
        "username": "jdoe", "password": "qwer1234", "language": "en", "user_data": { "chw_id": "13/43/DFA" },
    });
    let made = create(&app, body).await.json();
    assert_eq!((&made["language"], own_data(&made)), (&json!("en"), json!({ "chw_id": "13/43/DFA" })));
}

// "primary_location: The location id of the primary location, it must be one of the locations"
#[tokio::test]
async fn the_primary_location_must_be_one_of_the_locations() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let body = |primary: &str| json!({ "username": "jdoe", "password": "qwer1234", "locations": [LOCATIONS[0]], "primary_location": primary });
    let wrong = create(&app, body(LOCATIONS[1])).await;
    assert_eq!(faults(&wrong.json()), [fault("PRIMARY_LOCATION_NOT_ASSIGNED", &["primary_location"])]);
    let input = json!({
        "username": "jane", "password": "qwer1234", "locationIds": [global("lo", LOCATIONS[0])],
        "primaryLocationId": global("lo", LOCATIONS[1]),
    });
    let wrong = create_over_graphql(&app, input).await;
    assert_eq!(wrong, pairs(&[("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId")]));
    assert_eq!(create(&app, body(LOCATIONS[0])).await.json()["primary_location"], LOCATIONS[0]);
}

// "require_account_confirmation: If True, creates an unconfirmed account (similar to a deactivated account)."
#[tokio::test]
async fn an_unconfirmed_account_cannot_sign_in_like_a_deactivated_one() {
    let app = TestApp::spawn().await;
    let body =
        json!({ "username": "jdoe", "email": "jdoe@example.org", "require_account_confirmation": true });
    let made = create(&app, body).await.json();
    assert_eq!((&made["is_active"], &made["is_account_confirmed"]), (&json!(false), &json!(false)));
    let listed = app.admin().await.get(&format!("{WORKERS}?archived=true")).await.json();
    assert_eq!(listed["objects"][0]["username"], "jdoe", "{listed}");
    assert!(!can_sign_in(&app, "jdoe", "").await && !can_sign_in(&app, "jdoe", WORKER_PASSWORD).await);
    let input = json!({
        "projectSpace": "acme", "username": "jane", "email": "jane@example.org", "requireAccountConfirmation": true,
    });
    let made = app.admin().await.run(CREATE, json!({ "i": input })).await;
    assert_eq!(
        made["data"]["createMobileWorker"]["mobileWorker"]["status"], "PENDING_CONFIRMATION",
        "{made}"
    );
    // Nothing was asked to be sent.
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

// "False by default."
#[tokio::test]
async fn accounts_are_confirmed_by_default() {
    let app = TestApp::spawn().await;
    let made = create(&app, json!({ "username": "jdoe", "password": "qwer1234" })).await.json();
    assert_eq!((&made["is_active"], &made["is_account_confirmed"]), (&json!(true), &json!(true)));
    let no = json!({
        "username": "jane", "password": "qwer1234", "require_account_confirmation": "False",
        "send_confirmation_email_now": "False",
    });
    assert_eq!(create(&app, no).await.json()["is_active"], true);
}

// "send_confirmation_email_now: If True, immediately sends an account confirmation email*."
#[tokio::test]
async fn the_confirmation_mail_is_sent_at_once_and_its_link_makes_the_account_an_active_one() {
    let app = TestApp::spawn().await;
    let body = json!({
        "username": "jdoe", "email": "jdoe@example.org", "require_account_confirmation": "True",
        "send_confirmation_email_now": "True",
    });
    assert_eq!(create(&app, body).await.status, StatusCode::CREATED);
    let input = json!({
        "username": "jane", "email": "jane@example.org", "requireAccountConfirmation": true,
        "sendConfirmationEmailNow": true,
    });
    assert_eq!(create_over_graphql(&app, input).await, []);
    assert_eq!(app.deliver().await, 2);
    let mut to: Vec<_> =
        app.mailbox.take().into_iter().map(|mail| mail.letter.recipient.to_string()).collect();
    to.sort();
    assert_eq!(to, ["jane@example.org", "jdoe@example.org"]);
}

// "To send a confirmation email, the following must be true: ‘password’ should be excluded from the input"
#[tokio::test]
async fn a_password_does_not_go_with_a_confirmation() {
    let app = TestApp::spawn().await;
    let body = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "require_account_confirmation": "True",
        "send_confirmation_email_now": "True",
    });
    let refused = create(&app, body).await;
    assert_eq!(faults(&refused.json()), [fault("PASSWORD_NOT_ALLOWED", &["password"])]);
    let input = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "requireAccountConfirmation": true,
    });
    assert_eq!(create_over_graphql(&app, input).await, pairs(&[("PASSWORD_NOT_ALLOWED", "password")]));
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

// "‘email’ should be included in the input"
#[tokio::test]
async fn a_confirmation_needs_an_address() {
    let app = TestApp::spawn().await;
    for email in [Json::Null, json!("")] {
        let body = json!({
            "username": "jdoe", "email": email, "require_account_confirmation": "True", "send_confirmation_email_now": "True",
        });
        assert_eq!(
            faults(&create(&app, body).await.json()),
            [fault("EMAIL_REQUIRED", &["email"])],
            "{email}"
        );
    }
    let input = json!({ "username": "jdoe", "requireAccountConfirmation": true });
    assert_eq!(create_over_graphql(&app, input).await, pairs(&[("EMAIL_REQUIRED", "email")]));
    // An address that is none is told as that, once.
    let body = json!({ "username": "jdoe", "email": "nobody", "require_account_confirmation": "True" });
    assert_eq!(faults(&create(&app, body).await.json()), [fault("EMAIL_INVALID", &["email"])]);
}

// "‘require_account_confirmation’ must be True"
#[tokio::test]
async fn a_confirmation_mail_needs_an_account_to_be_confirmed() {
    let app = TestApp::spawn().await;
    let body = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "send_confirmation_email_now": "True",
    });
    let refused = create(&app, body).await;
    let expected = [fault("CONFIRMATION_NOT_REQUIRED", &["send_confirmation_email_now"])];
    assert_eq!((refused.status, faults(&refused.json())), (StatusCode::BAD_REQUEST, expected.to_vec()));
    let input = json!({
        "username": "jdoe", "password": "qwer1234", "email": "jdoe@example.org", "sendConfirmationEmailNow": true,
    });
    let refused = create_over_graphql(&app, input).await;
    assert_eq!(refused, pairs(&[("CONFIRMATION_NOT_REQUIRED", "sendConfirmationEmailNow")]));
    assert_eq!(app.rows("SELECT username FROM mobile_worker").await.unwrap().len(), 0, "nothing is created");
}

// "Output Parameters: … User UUID"
#[tokio::test]
async fn the_answer_has_the_id() {
    let app = TestApp::spawn().await;
    let made = create(&app, json!({ "username": "jdoe", "password": "qwer1234" })).await.json();
    let id = made["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(app.admin().await.get(&at(id)).await.json()["username"], "jdoe");
}

// "Sample Input (JSON Format)"
#[tokio::test]
async fn the_sample_of_a_creation_works_to_the_letter() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let made = send(&app.admin().await, Method::POST, WORKERS, CREATE_SAMPLE).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let sent: Json = serde_json::from_str(CREATE_SAMPLE).unwrap();
    let made = made.json();
    for field in [
        "username",
        "first_name",
        "last_name",
        "email",
        "language",
        "groups",
        "locations",
        "primary_location",
    ] {
        assert_eq!(made[field], sent[field], "{field}");
    }
    assert_eq!(made["default_phone_number"], sent["default_phone_number"]);
    assert_eq!(own_data(&made), sent["user_data"]);
    assert!(made["password"].is_null() && can_sign_in(&app, "jdoe", "qwer1234").await);
}

// "Sample Input - Unconfirmed User (JSON Format)"
#[tokio::test]
async fn the_sample_of_an_unconfirmed_user_works_to_the_letter() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let made = send(&app.admin().await, Method::POST, WORKERS, UNCONFIRMED_SAMPLE).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["is_active"], &made["is_account_confirmed"]), (&json!(false), &json!(false)));
    assert_eq!(
        (&made["locations"], &own_data(&made)),
        (&json!(LOCATIONS), &json!({ "chw_id": "13/43/DFA" }))
    );
    assert_eq!(app.deliver().await, 1);
    let mail = app.mailbox.take().remove(0);
    assert_eq!(mail.letter.recipient.as_str(), "jdoe@example.org");
    let link = mail.letter.link.unwrap();
    let token = link.strip_prefix("https://gate.example/confirm/").unwrap();
    let confirmed =
        crate::scene::faults(&app.stranger(), CONFIRM, json!({ "token": token, "password": "qwer1234" }))
            .await;
    assert_eq!(confirmed, []);
    assert!(can_sign_in(&app, "jdoe", "qwer1234").await);
    let shown = app.admin().await.get(&at(made["id"].as_str().unwrap())).await.json();
    assert_eq!((&shown["is_active"], &shown["is_account_confirmed"]), (&json!(true), &json!(true)));
    assert_eq!((&shown["first_name"], &shown["locations"]), (&json!("John"), &json!(LOCATIONS)));
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
    assert_eq!(own_data(&edited), sent["user_data"]);
    assert!(can_sign_in(&app, "jdoe", "new password").await);
    // The account was a confirmed one.
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
}

// "You must specify in the request header that the Content-Type is application/json."
#[tokio::test]
async fn another_content_type_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({})).await;
    for headers in [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/xml")]] {
        let answer = admin.send(Method::PUT, &at(&id), headers, Body::from("{}")).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{headers:?}");
    }
    assert_eq!(send(&admin, Method::PUT, &at(&id), "{}").await.status, StatusCode::OK);
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
    assert_eq!(edited["groups"], json!([{ "id": global("gr", GROUPS[0]) }]));
}

// "user_data: … (replaces existing custom data)" and "it is advised to pull the user’s current data and edit it"
#[tokio::test]
async fn an_edit_replaces_custom_data_and_what_was_read_can_be_sent_back() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({ "user_data": { "chw_id": "13/43/DFA", "n": 1 } })).await;
    let mut data = admin.get(&at(&id)).await.json()["user_data"].clone();
    data["n"] = json!(2);
    let edited = admin.put(&at(&id), &json!({ "user_data": data })).await.json();
    assert_eq!(own_data(&edited), json!({ "chw_id": "13/43/DFA", "n": 2 }));
    let edited = admin.put(&at(&id), &json!({ "user_data": { "n": 3 } })).await.json();
    assert_eq!(own_data(&edited), json!({ "n": 3 }));
    let edited = update(&app, json!({ "id": global("mw", &id), "userData": { "m": 4 } })).await;
    assert_eq!(edited["userData"], json!({ "m": 4 }));
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
    let set = json!({ "i": { "id": global("mw", &id), "password": "another-password-456" } });
    let answer = admin.run(crate::mobile_worker::set_password::SET, set).await;
    assert_eq!(answer["data"]["setMobileWorkerPassword"]["userErrors"], json!([]), "{answer}");
    assert!(can_sign_in(&app, "jdoe", "another-password-456").await);
}

// "primary_location: … To remove the primary_location, pass an empty string."
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
    assert_eq!(removed["primaryLocation"], Json::Null);
}

// "locations: … To remove all assigned locations, pass an empty array."
#[tokio::test]
async fn an_empty_list_removes_all_locations() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let fields = json!({ "locations": LOCATIONS, "primary_location": LOCATIONS[1] });
    let id = worker(&admin, "jdoe", fields).await;
    let edited = admin.put(&at(&id), &json!({ "locations": [] })).await.json();
    assert_eq!((&edited["primary_location"], &edited["locations"]), (&Json::Null, &json!([])));
    let set = json!({ "id": global("mw", &id), "locationIds": [global("lo", LOCATIONS[0])] });
    assert_eq!(update(&app, set).await["locations"], json!([{ "id": global("lo", LOCATIONS[0]) }]));
    assert_eq!(
        update(&app, json!({ "id": global("mw", &id), "locationIds": [] })).await["locations"],
        json!([])
    );
}

// "send_confirmation_email_now: If True and the user is an unconfirmed account, immediately sends …"
#[tokio::test]
async fn an_edit_mails_an_unconfirmed_account_and_the_sample_works_for_it_too() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let body =
        json!({ "username": "jdoe", "email": "old@example.org", "require_account_confirmation": "True" });
    let id = create(&app, body).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
    assert_eq!(
        admin
            .put(&at(&id), &json!({ "first_name": "J", "send_confirmation_email_now": "False" }))
            .await
            .status,
        200
    );
    assert_eq!(mails_of(&app, "account_confirmation").await, 0);
    // The sample gives a password along with it. The account stays an unconfirmed one: nobody signs in with it.
    let edited = send(&admin, Method::PUT, &at(&id), EDIT_SAMPLE).await;
    assert_eq!(
        (edited.status, &edited.json()["is_account_confirmed"]),
        (StatusCode::OK, &json!(false)),
        "{}",
        edited.text
    );
    assert!(!can_sign_in(&app, "jdoe", "new password").await);
    assert_eq!(mails_of(&app, "account_confirmation").await, 1);
    let token = token(&app, "jdoe@example.org").await;
    let confirm = json!({ "token": token, "password": "my own password" });
    assert_eq!(crate::scene::faults(&app.stranger(), CONFIRM, confirm).await, []);
    assert!(
        can_sign_in(&app, "jdoe", "my own password").await
            && !can_sign_in(&app, "jdoe", "new password").await
    );
}

// User Delete: "Delete a CommCare (mobile-worker) user."
#[tokio::test]
async fn a_worker_is_deleted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({})).await;
    let gone = admin.delete(&at(&id)).await;
    assert_eq!((gone.status, gone.text.as_str()), (StatusCode::ACCEPTED, ""));
    assert_eq!(admin.get(&at(&id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.delete(&at(&id)).await.status, StatusCode::NOT_FOUND);
    assert!(!can_sign_in(&app, "jdoe", "qwer1234").await);
}

// "Send a password reset email to a CommCare (mobile-worker) user." "Request Body: Empty"
// "Success: Returns HTTP 202 Accepted with an empty body."
#[tokio::test]
async fn a_password_reset_is_mailed_and_the_answer_is_202_with_an_empty_body() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "jdoe", json!({ "email": "jdoe@example.org" })).await;
    let answer =
        admin.send(Method::POST, &format!("{}email_password_reset/", at(&id)), &[], Body::empty()).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::ACCEPTED, ""));
    assert!(answer.headers.get("content-type").is_none(), "{:?}", answer.headers);
    let token = link_token(&app, "password_reset", "jdoe@example.org", "/reset-password/").await;
    let reset = json!({ "token": token, "password": "brand new" });
    assert_eq!(crate::scene::faults(&app.stranger(), crate::password_reset::RESET, reset).await, []);
    assert!(can_sign_in(&app, "jdoe", "brand new").await);
}
