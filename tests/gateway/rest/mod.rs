//! `/a/acme/api/user/v1/…`: what scripts for CommCare HQ send, and what they are answered.

mod bad_input;
mod client_programs;
mod create;
mod delete;
mod edit;
mod invitation;
mod isolation;
mod list;
mod openapi;
mod read;
pub mod sign_in;
mod switch;
mod twins;
mod unavailable;
mod user_data;
mod web_user;
mod wire;

use crate::support::{Actor, PASSWORD, TestApp, operator};
use fieldgate::domain::{LocationId, RoleInput};
use fieldgate::service::web_user::NewWebUser;
use fieldgate::service::{self, project_space, role};
use serde_json::{Value as Json, json};

pub const WORKERS: &str = "/a/acme/api/user/v1/";

/// The ids that the samples of seed 002 name.
pub const LOCATIONS: [&str; 2] = ["26fc44e2792b4f2fa8ef86178f0a958e", "c1b029932ed442a6a846a4ea10e46a78"];
pub const GROUPS: [&str; 2] = ["9a0accdba29e01a61ea099394737c4fb", "b4ccdba29e01a61ea099394737c4fbf7"];

/// "Sample Input (JSON Format)" of User Creation in seed 002, to the letter.
pub const CREATE_SAMPLE: &str = r#"{
"username": "jdoe",
"password": "qwer1234",
"first_name": "John",
"last_name": "Doe",
"default_phone_number": "+50253311399",
"email": "jdoe@example.org",
"language": "en",
"phone_numbers": [
"+50253311399",
"50253314588"
],
"groups": [
"9a0accdba29e01a61ea099394737c4fb",
"b4ccdba29e01a61ea099394737c4fbf7"
],
"primary_location": "26fc44e2792b4f2fa8ef86178f0a958e",
"locations": ["26fc44e2792b4f2fa8ef86178f0a958e", "c1b029932ed442a6a846a4ea10e46a78"],
"user_data": {
"chw_id": "13/43/DFA"
}
}"#;

/// "Sample Input - Unconfirmed User (JSON Format)" of User Creation in seed 002, to the letter.
pub const UNCONFIRMED_SAMPLE: &str = r#"{
"username": "jdoe",
"first_name": "John",
"last_name": "Doe",
"email": "jdoe@example.org",
"primary_location": "26fc44e2792b4f2fa8ef86178f0a958e",
"locations": ["26fc44e2792b4f2fa8ef86178f0a958e", "c1b029932ed442a6a846a4ea10e46a78"],
"require_account_confirmation": "True",
"send_confirmation_email_now": "True",
"user_data": {
"chw_id": "13/43/DFA"
}
}"#;

/// "Sample Input" of User Edit in seed 002, to the letter.
pub const EDIT_SAMPLE: &str = r#"{
"first_name": "John",
"last_name": "Doe",
"email": "jdoe@example.org",
"language": "en",
"password": "new password",
"phone_numbers": [
"+50253311399",
"50253314588"
],
"groups": [
"9a0accdba29e01a61ea099394737c4fb",
"b4ccdba29e01a61ea099394737c4fbf7"
],
"primary_location": "26fc44e2792b4f2fa8ef86178f0a958e",
"locations": ["26fc44e2792b4f2fa8ef86178f0a958e", "c1b029932ed442a6a846a4ea10e46a78"],
"send_confirmation_email_now": "True",
"user_data": {
"chw_id": "13/43/DFA"
}
}"#;

/// What a worker of `acme` without a user profile shows of their data, beside the keys of the system.
fn data(own: Json) -> Json {
    let mut shown = own;
    for key in [
        "commcare_profile",
        "commcare_location_id",
        "commcare_location_ids",
        "commcare_primary_case_sharing_id",
    ] {
        shown[key] = json!("");
    }
    shown["commcare_project"] = json!("acme");
    shown
}

/// The same of somebody at both of the samples' locations, this one first among them.
fn data_at(primary: &str, own: Json) -> Json {
    let mut shown = data(own);
    for key in ["commcare_location_id", "commcare_primary_case_sharing_id"] {
        shown[key] = json!(primary);
    }
    shown["commcare_location_ids"] = json!(LOCATIONS.join(" "));
    shown
}

/// Puts the locations and groups that the samples name into `acme`, under exactly those ids.
pub async fn places(app: &TestApp) {
    places_in(app, "acme", LOCATIONS, GROUPS).await;
}

async fn places_in(app: &TestApp, space: &str, locations: [&str; 2], groups: [&str; 2]) {
    let space = project_space::read(&app.services, &operator(), space).await.unwrap().id.0;
    let space = id(&space.as_simple().to_string());
    let level = id(&uuid::Uuid::new_v4().as_simple().to_string());
    const AT: &str = "'2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1";
    let mut statements = vec![format!(
        "INSERT INTO location_type (id, project_space_id, name, code, created_at, updated_at, version)
         VALUES ({level}, {space}, 'Clinic', 'clinic', {AT})"
    )];
    for (number, location) in locations.iter().enumerate() {
        let location = id(location);
        statements.push(format!(
            "INSERT INTO location (id, project_space_id, name, site_code, location_type_id, is_archived, created_at,
                 updated_at, version)
             VALUES ({location}, {space}, 'Clinic {number}', 'clinic_{number}', {level}, FALSE, {AT})"
        ));
        statements.push(format!(
            "INSERT INTO location_ancestor (location_id, ancestor_id, distance) VALUES ({location}, {location}, 0)"
        ));
    }
    for (number, group) in groups.iter().enumerate() {
        let group = id(group);
        statements.push(format!(
            "INSERT INTO user_group (id, project_space_id, name, case_sharing, reporting, created_at, updated_at, version)
             VALUES ({group}, {space}, 'Group {number}', FALSE, TRUE, {AT})"
        ));
    }
    for statement in statements {
        app.rows(&statement).await.unwrap();
    }
}

/// An id as a literal of the database in use.
fn id(hex: &str) -> String {
    if std::env::var_os("FIELDGATE_TEST_POSTGRES_URL").is_some() {
        format!("'{hex}'::uuid")
    } else {
        format!("X'{hex}'")
    }
}

/// A web user of `acme` whose role has these permissions, at these locations, signed in.
pub async fn user<'a>(app: &'a TestApp, email: &str, permissions: &[&str], locations: &[&str]) -> Actor<'a> {
    let input = RoleInput {
        name: format!("Role of {email}"),
        permissions: permissions.iter().map(|name| ((*name).to_owned(), None)).collect(),
        ..RoleInput::default()
    };
    let role = role::create(&app.services, &operator(), "acme", &input).await.unwrap().id;
    let input = NewWebUser {
        email: email.to_owned(),
        password: Some(PASSWORD.to_owned().into()),
        role: Some(role),
        locations: locations.iter().map(|id| LocationId::parse(id).unwrap()).collect(),
        ..NewWebUser::default()
    };
    service::web_user::add(&app.services, &operator(), "acme", &input).await.unwrap();
    app.sign_in(email, PASSWORD).await
}

/// A worker with this username and these fields; its id.
pub async fn worker(actor: &Actor<'_>, username: &str, fields: Json) -> String {
    let mut body = json!({ "username": username, "password": "qwer1234" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let answer = actor.post(WORKERS, &body).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

pub fn at(id: &str) -> String {
    format!("{WORKERS}{id}/")
}

/// The faults of a problem document: each code with its path.
pub fn faults(problem: &Json) -> Vec<(String, Vec<String>)> {
    let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("no errors in {problem}"));
    let path = |error: &Json| serde_json::from_value(error["path"].clone()).unwrap();
    errors.iter().map(|error| (error["code"].as_str().unwrap().to_owned(), path(error))).collect()
}

pub fn fault(code: &str, path: &[&str]) -> (String, Vec<String>) {
    (code.to_owned(), path.iter().map(|step| (*step).to_owned()).collect())
}
