//! `docs/openapi.json` is what the code prints, and what the code prints is what the API does. `UPDATE=1 cargo test openapi`
//! rewrites the file; then read the difference.

use super::{GROUPS, LOCATIONS, WORKERS, at, places, user, worker};
use crate::support::{Actor, Answer, TestApp};
use fieldgate::rest::{Call, openapi};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

#[test]
fn the_committed_document_is_the_one_that_the_code_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, openapi::text()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == openapi::text(),
        "docs/openapi.json is not up to date: run `UPDATE=1 cargo test openapi`"
    );
}

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let app = TestApp::empty().await;
    let answer = app.stranger().get("/openapi.json").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, openapi::text()));
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[test]
fn every_reference_leads_somewhere_and_every_name_is_there_once() {
    let document = openapi::document();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20, "{references:?}");
    for reference in references {
        let found = document.pointer(reference.trim_start_matches('#'));
        assert!(found.is_some(), "{reference} leads nowhere");
    }
    let mut names: Vec<_> = openapi::CALLS.iter().map(|call| call.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
}

fn collect(json: &Json, references: &mut Vec<String>) {
    match json {
        Json::Object(object) => {
            references.extend(object.get("$ref").and_then(Json::as_str).map(ToOwned::to_owned));
            object.values().for_each(|value| collect(value, references));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

/// The id of a web user of `acme`, as the paths have it.
async fn web_user(app: &TestApp, admin: &Actor<'_>) -> String {
    user(app, "ana@acme.example", &["view_reports"], &[]).await;
    let found = admin.get("/a/acme/api/web-user/v1/?web_username=ana@acme.example").await.json();
    found["objects"][0]["id"].as_str().unwrap().to_owned()
}

/// Of a worker, a web user, and the samples' places, the one that a call is about.
fn subject<'a>(call: &Call, worker: &'a str, web_user: &'a str, level: &'a str) -> &'a str {
    match call.path.split('/').nth(4) {
        Some("web-user") => web_user,
        Some("group") => GROUPS[0],
        Some("location") => LOCATIONS[0],
        Some("location_type") => level,
        _ => worker,
    }
}

/// The id of the level of the samples' places, or of nothing.
async fn level(admin: &Actor<'_>) -> String {
    let listed = admin.get("/a/acme/api/location_type/v1/").await.json();
    listed["objects"][0]["id"].as_str().unwrap_or_default().to_owned()
}

/// The address of a call, about somebody.
fn address(path: &str, id: &str) -> String {
    path.replace("{project_space}", "acme").replace("{id}", id)
}

#[tokio::test]
async fn every_address_takes_the_methods_that_are_told_and_names_them_to_others() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for call in openapi::CALLS {
        let path = address(call.path, &"0".repeat(32));
        let told = openapi::CALLS.iter().filter(|other| other.path == call.path);
        let told: Vec<_> = told.map(|call| call.method.to_uppercase()).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let headers = [("content-type", "application/json")];
            let sent = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = admin.send(sent, &path, &headers, Body::from("[]")).await;
            let is_taken = answer.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(is_taken, told.contains(&method.to_owned()), "{method} {path}");
            if !is_taken {
                let allow = answer.headers["allow"].to_str().unwrap().to_owned();
                let mut allowed: Vec<_> = allow.split(", ").collect();
                let mut told: Vec<_> = told.iter().map(String::as_str).collect();
                allowed.sort_unstable();
                told.sort_unstable();
                assert_eq!(allowed, told, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn every_field_and_parameter_that_is_told_is_known() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let (ana, level) = (web_user(&app, &admin).await, level(&admin).await);
    for call in openapi::CALLS {
        let path = address(call.path, subject(call, &id, &ana, &level));
        let method = Method::from_bytes(call.method.to_uppercase().as_bytes()).unwrap();
        for field in call.fields() {
            // A list of nothing but lists is of no field's type: the answer is about the value and not about the name.
            let body = json!({ field.name: [[]] }).to_string();
            let headers = [("content-type", "application/json")];
            let answer = admin.send(method.clone(), &path, &headers, Body::from(body)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}: {}", call.name, field.name);
            assert!(answer.text.contains(&format!("\"{}\"", field.name)), "{}", answer.text);
            assert!(!answer.text.contains("UNKNOWN_FIELD"), "{}: {}", call.name, answer.text);
        }
        for parameter in call.parameters {
            let answer = admin.get(&format!("{path}?{}=%00", parameter.name)).await;
            assert!(!answer.text.contains("UNKNOWN_FIELD"), "{}: {}", call.name, answer.text);
        }
    }
}

/// What a schema has against a value; the words of JSON Schema that the document uses and no others.
fn against(document: &Json, schema: &Json, value: &Json, place: &str) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let mut wrong = Vec::new();
    let of_value = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let takes = |kind: &Json| kind == of_value || (kind == "number" && of_value == "integer");
    let fits = match &schema["type"] {
        Json::Null => true,
        Json::Array(kinds) => kinds.iter().any(takes),
        kind => takes(kind),
    };
    if !fits {
        wrong.push(format!("{place} is {of_value} and not {}", schema["type"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
            wrong.push(format!("{place} lacks {name}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => wrong.extend(against(document, schema, inner, &format!("{place}.{name}"))),
            None if schema["properties"].is_object() || schema["maxProperties"] == 0 => {
                wrong.push(format!("{place}.{name} is not told"));
            }
            None => {}
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        wrong.extend(against(document, &schema["items"], inner, &format!("{place}.{index}")));
    }
    if schema["format"] == "date-time"
        && let Some(text) = value.as_str()
        && chrono::DateTime::parse_from_rfc3339(text).is_err()
    {
        wrong.push(format!("{place} is no time: {text}"));
    }
    wrong
}

/// An answer is one that the document tells of.
fn assert_told(document: &Json, name: &str, answer: &Answer) {
    let call = openapi::CALLS.iter().find(|call| call.name == name).unwrap();
    let path = call.path.replace('/', "~1");
    let operation = document.pointer(&format!("/paths/{path}/{}", call.method)).unwrap();
    let told = &operation["responses"][answer.status.as_str()];
    assert!(told.is_object(), "{name}: {} is not told: {}", answer.status, answer.text);
    let Some(content) = told["content"].as_object() else {
        assert_eq!(answer.text, "", "{name}");
        return;
    };
    let (kind, told) = content.iter().next().unwrap();
    assert_eq!(answer.headers["content-type"], kind.as_str(), "{name}");
    assert_eq!(
        against(document, &told["schema"], &answer.json(), name),
        Vec::<String>::new(),
        "{}",
        answer.text
    );
}

async fn send(actor: &Actor<'_>, name: &str, id: &str, query: &str, body: Json) -> Answer {
    let call = openapi::CALLS.iter().find(|call| call.name == name).unwrap();
    let method = Method::from_bytes(call.method.to_uppercase().as_bytes()).unwrap();
    let headers: &[_] = if body.is_null() { &[] } else { &[("content-type", "application/json")] };
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    actor.send(method, &format!("{}{query}", address(call.path, id)), headers, body).await
}

#[tokio::test]
async fn what_is_answered_is_what_is_told() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    crate::scene::role(&app, "Nurse", &["view_reports"]).await;
    let full = json!({
        "email": "amina@example.org", "language": "sw", "phone_numbers": ["255700000001"], "groups": GROUPS,
        "locations": LOCATIONS, "user_data": { "a": "1", "b": 2, "c": true, "d": null }, "role": "Nurse",
    });
    let id = worker(&admin, "amina", full).await;
    let bare = worker(&admin, "bilal", json!({})).await;
    let (ana, level) = (web_user(&app, &admin).await, level(&admin).await);
    let caller = user(&app, "caller@acme.example", &["access_api"], &[]).await;
    let viewer = ["access_api", "view_commcare_users", "access_all_locations"];
    let viewer = user(&app, "viewer@acme.example", &viewer, &[]).await;
    let document = openapi::document();
    let mut statuses = Vec::new();
    for call in openapi::CALLS {
        let mut example = call.body.as_ref().map_or(Json::Null, |body| (body.example)());
        let wrong = if call.body.is_some() { json!({ "nothing": 1 }) } else { Json::Null };
        let (id, bare) = (subject(call, &id, &ana, &level), subject(call, &bare, &ana, &level));
        // Deleting comes after everything else, below.
        for (actor, id, query, body) in [
            (&app.stranger(), bare, "", &example),
            (&caller, bare, "", &example),
            (&viewer, bare, "", &example),
            (&admin, "nonsense", "", &example),
            (&admin, id, "", &wrong),
            (&admin, bare, "?limit=x", &wrong),
        ] {
            if call.method == "delete" && std::ptr::eq(actor, &admin) && id != "nonsense" {
                continue;
            }
            let answer = send(actor, call.name, id, query, body.clone()).await;
            statuses.push(answer.status.as_u16());
            assert_told(&document, call.name, &answer);
        }
        if call.method != "delete" {
            // One of the callers above was let through to what is made here, so what must be unique is another.
            match call.name {
                "inviteWebUser" => example["email"] = json!("another@example.org"),
                _ if call.creates => example["username"] = json!("another"),
                _ => {}
            }
            let answer = send(&admin, call.name, id, "", example).await;
            assert_eq!(answer.status.as_u16(), call.status, "{}: {}", call.name, answer.text);
            assert_told(&document, call.name, &answer);
        }
    }
    let deleted = send(&admin, "deleteMobileWorker", &bare, "", Json::Null).await;
    assert_eq!(deleted.status, StatusCode::ACCEPTED);
    assert_told(&document, "deleteMobileWorker", &deleted);
    for expected in [400, 401, 403, 404] {
        assert!(statuses.contains(&expected), "{expected} never came");
    }
    assert!(admin.get(WORKERS).await.status.is_success() && admin.get(&at(&id)).await.status.is_success());
}

#[test]
fn the_comparison_with_a_schema_can_fail() {
    let document = openapi::document();
    let schema = &document["components"]["schemas"]["Problem"];
    let good = json!({ "type": "x", "title": "x", "status": 400, "code": "x", "detail": "x", "error": "x" });
    assert_eq!(against(&document, schema, &good, ""), Vec::<String>::new());
    for (field, value) in
        [("status", json!("400")), ("title", Json::Null), ("extra", json!(1)), ("errors", json!([1]))]
    {
        let mut wrong = good.clone();
        wrong[field] = value;
        assert_ne!(against(&document, schema, &wrong, ""), Vec::<String>::new(), "{field}");
    }
    let mut lacking = good;
    lacking.as_object_mut().unwrap().remove("code");
    assert_ne!(against(&document, schema, &lacking, ""), Vec::<String>::new());
}

#[test]
fn a_parameter_that_is_a_moment_is_told_to_be_one() {
    let document: Json = serde_json::from_str(openapi::text()).unwrap();
    let list = &document["paths"]["/a/{project_space}/api/user/v1/"]["get"]["parameters"];
    let since = list.as_array().unwrap().iter().find(|parameter| parameter["name"] == "modified_since");
    assert_eq!(since.unwrap()["schema"], json!({ "type": "string", "format": "date-time" }));
}
