use super::{LOCATIONS, WORKERS, at, fault, faults, places, user, worker};
use crate::support::{Actor, TestApp};
use poem::http::StatusCode;
use serde_json::{Value as Json, json};

/// A required field and a profile; the profile's id as the REST API writes it.
async fn defined(admin: &Actor<'_>) -> String {
    let query = "mutation($i: UpdateUserFieldsInput!) {
        updateUserFields(input: $i) { userFieldDefinition { profiles { id } } userErrors { code path } }
    }";
    let input = json!({
        "projectSpace": "acme",
        "fields": [{ "slug": "chw_id", "requiredFor": ["MOBILE_WORKER"], "regex": "^[0-9/A-Z]+$" }, { "slug": "level" }],
        "profiles": [{ "name": "Senior", "fixedData": { "level": "2" } }],
    });
    let answer = admin.run(query, json!({ "i": input })).await;
    let id = &answer["data"]["updateUserFields"]["userFieldDefinition"]["profiles"][0]["id"];
    id.as_str().unwrap_or_else(|| panic!("{answer}")).strip_prefix("up_").unwrap().to_owned()
}

#[tokio::test]
async fn scripts_are_bound_by_the_fields_and_hear_of_all_faults_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    defined(&admin).await;
    let body = json!({ "username": "amina", "password": "qwer1234", "email": "nobody", "user_data": { "level": [] } });
    let refused = admin.post(WORKERS, &body).await;
    let expected = [
        fault("EMAIL_INVALID", &["email"]),
        fault("INVALID_VALUE", &["user_data", "level"]),
        fault("REQUIRED", &["user_data", "chw_id"]),
    ];
    assert_eq!((refused.status, faults(&refused.json())), (StatusCode::BAD_REQUEST, expected.to_vec()));
    let id = worker(&admin, "amina", json!({ "user_data": { "chw_id": "13/43/DFA" } })).await;
    let refused = admin.put(&at(&id), &json!({ "user_data": { "chw_id": "x" } })).await;
    assert_eq!(faults(&refused.json()), [fault("INVALID_VALUE", &["user_data", "chw_id"])]);
}

#[tokio::test]
async fn the_profile_stands_in_the_data_and_what_was_read_may_be_sent_back() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = defined(&admin).await;
    let id =
        worker(&admin, "amina", json!({ "user_data": { "chw_id": "7", "commcare_profile": profile } })).await;
    let shown = admin.get(&at(&id)).await.json()["user_data"].clone();
    let mut expected = super::data(json!({ "chw_id": "7", "level": "2" }));
    expected["commcare_profile"] = json!(profile);
    assert_eq!(shown, expected);
    let before = shown_otherwise(&admin, &id).await;
    let same = admin.put(&at(&id), &json!({ "user_data": shown })).await;
    assert_eq!((same.status, &same.json()["user_data"]), (StatusCode::OK, &expected), "{}", same.text);
    // Sending back what was read changes nothing at all.
    assert_eq!(shown_otherwise(&admin, &id).await, before);
    assert_eq!(before["ownUserData"], json!({ "chw_id": "7" }));

    // Data that says nothing of the profile replaces the data alone.
    let answer = admin.put(&at(&id), &json!({ "user_data": { "chw_id": "8" } })).await;
    assert_eq!(answer.json()["user_data"]["level"], "2", "{}", answer.text);
    let refused = admin.put(&at(&id), &json!({ "user_data": { "chw_id": "8", "level": "1" } })).await;
    assert_eq!(faults(&refused.json()), [fault("FIXED_BY_PROFILE", &["user_data", "level"])]);
    for (value, refusal) in [
        (json!("0".repeat(32)), Some(fault("PROFILE_NOT_ASSIGNABLE", &["user_data"]))),
        (json!("nonsense"), Some(fault("INVALID_VALUE", &["user_data"]))),
        (json!(7), Some(fault("INVALID_VALUE", &["user_data", "commcare_profile"]))),
        (json!(""), None),
    ] {
        let answer =
            admin.put(&at(&id), &json!({ "user_data": { "chw_id": "8", "commcare_profile": value } })).await;
        match refusal {
            Some(refusal) => assert_eq!(faults(&answer.json()), [refusal], "{value}"),
            None => {
                let shown = &answer.json()["user_data"];
                // A field without a value is an empty text, which stays out of the data when it is sent back.
                assert_eq!(*shown, super::data(json!({ "chw_id": "8", "level": "" })), "{}", answer.text);
                let before = shown_otherwise(&admin, &id).await;
                admin.put(&at(&id), &json!({ "user_data": shown })).await;
                assert_eq!(shown_otherwise(&admin, &id).await, before);
            }
        }
    }
    let _: Json = shown_nothing(&admin, &id).await;
}

async fn shown_otherwise(admin: &Actor<'_>, id: &str) -> Json {
    let query = "query($id: ID!) { node(id: $id) { ... on MobileWorker { version ownUserData } } }";
    admin.run(query, json!({ "id": format!("mw_{id}") })).await["data"]["node"].clone()
}

/// Null clears the data; what is required is missing then.
async fn shown_nothing(admin: &Actor<'_>, id: &str) -> Json {
    let answer = admin.put(&at(id), &json!({ "user_data": null })).await.json();
    assert_eq!(faults(&answer), [fault("REQUIRED", &["user_data", "chw_id"])]);
    answer
}

#[tokio::test]
async fn where_the_worker_is_stands_in_the_data_as_far_as_one_may_see_it_and_is_no_data_of_theirs() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let fields = json!({ "locations": LOCATIONS, "primary_location": LOCATIONS[1], "user_data": { "a": 1 } });
    let id = worker(&admin, "amina", fields).await;
    let shown = admin.get(&at(&id)).await.json()["user_data"].clone();
    let expected = json!({
        "a": 1, "commcare_profile": "", "commcare_project": "acme", "commcare_location_id": LOCATIONS[1],
        "commcare_primary_case_sharing_id": LOCATIONS[1], "commcare_location_ids": LOCATIONS.join(" "),
    });
    assert_eq!(shown, expected);
    let listed = admin.get(WORKERS).await.json();
    assert_eq!(listed["objects"][0]["user_data"], expected);
    let before = shown_otherwise(&admin, &id).await;
    let same = admin.put(&at(&id), &json!({ "user_data": shown })).await;
    assert_eq!(same.json()["user_data"], expected, "{}", same.text);
    assert_eq!(shown_otherwise(&admin, &id).await, before, "sending back what was read changes nothing");
    assert_eq!(before["ownUserData"], json!({ "a": 1 }));

    let permissions = ["access_api", "edit_commcare_users"];
    let limited = user(&app, "limited@acme.example", &permissions, &[LOCATIONS[0]]).await;
    let shown = limited.get(&at(&id)).await.json()["user_data"].clone();
    let mut expected = super::data(json!({ "a": 1 }));
    expected["commcare_location_ids"] = json!(LOCATIONS[0]);
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn whoever_has_a_profile_was_modified_when_what_it_fixes_was() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = defined(&admin).await;
    let data = json!({ "chw_id": "7", "commcare_profile": profile });
    let amina = worker(&admin, "amina", json!({ "user_data": data })).await;
    worker(&admin, "bilal", json!({ "user_data": { "chw_id": "8" } })).await;
    let modified = async |since: chrono::DateTime<chrono::Utc>| {
        let since = since.format("%Y-%m-%dT%H:%M:%SZ");
        let found = admin.get(&format!("{WORKERS}?modified_since={since}")).await.json();
        let names = found["objects"].as_array().unwrap().iter();
        names.map(|worker| worker["username"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let update = async |name: &str, level: &str| {
        app.pass(chrono::TimeDelta::minutes(1));
        let query = "mutation($i: UpdateUserFieldsInput!) { updateUserFields(input: $i) { userErrors { code path } } }";
        let profile = json!({ "id": profile, "name": name, "fixedData": { "level": level } });
        let input = json!({ "projectSpace": "acme", "profiles": [profile] });
        assert_eq!(crate::scene::faults(&admin, query, input).await, []);
        modified(app.services.clock.now()).await
    };
    let version = shown_otherwise(&admin, &amina).await["version"].clone();
    assert_eq!(update("Senior", "3").await, ["amina@acme.fieldgate.local"]);
    assert_eq!(admin.get(&at(&amina)).await.json()["user_data"]["level"], "3");
    // A name shows through in nobody's data; and who edits the worker at this moment loses nothing.
    assert_eq!(update("Elder", "3").await, Vec::<String>::new());
    assert_eq!(shown_otherwise(&admin, &amina).await["version"], version);
}

// CommCare keeps these keys for itself (reference §4.8). Those that the system writes may be sent back as they were read.
#[tokio::test]
async fn a_key_that_begins_with_commcare_is_refused_on_every_channel() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let create = "mutation($i: CreateMobileWorkerInput!) { createMobileWorker(input: $i) { userErrors { code path } } }";
    let update = "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code path } } }";
    for key in ["commcare_mine", "CommCare_mine", "commcare"] {
        let data = json!({ key: "x" });
        let expected = [fault("INVALID_VALUE", &["user_data", key])];
        let body = json!({ "username": "bilal", "password": "qwer1234", "user_data": data });
        assert_eq!(faults(&admin.post(WORKERS, &body).await.json()), expected, "{key}");
        assert_eq!(
            faults(&admin.put(&at(&id), &json!({ "user_data": data })).await.json()),
            expected,
            "{key}"
        );
        let expected = crate::scene::pairs(&[("INVALID_VALUE", &format!("userData.{key}"))]);
        let input =
            json!({ "projectSpace": "acme", "username": "bilal", "password": "qwer1234", "userData": data });
        assert_eq!(crate::scene::faults(&admin, create, input).await, expected, "{key}");
        let input = json!({ "id": format!("mw_{id}"), "userData": data });
        assert_eq!(crate::scene::faults(&admin, update, input).await, expected, "{key}");
    }
    let shown = admin.get(&at(&id)).await.json();
    let sent = admin.put(&at(&id), &json!({ "user_data": shown["user_data"] })).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
}
