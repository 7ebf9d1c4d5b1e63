//! What is in one project space is not there from another: not a byte of the answer says otherwise.

use super::{WORKERS, at, worker};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp};
use poem::http::StatusCode;
use serde_json::{Value as Json, json};

const GLOBEX: &str = "admin@globex.example";

/// The answers of every verb at an address of a worker, as status and body.
async fn verbs(actor: &Actor<'_>, path: &str) -> Vec<(StatusCode, String)> {
    let mut answers = Vec::new();
    for answer in [
        actor.get(path).await,
        actor.put(path, &json!({ "first_name": "X" })).await,
        actor.delete(path).await,
    ] {
        answers.push((answer.status, answer.text));
    }
    answers
}

fn is_not_found(answers: &[(StatusCode, String)], what: &str) {
    for (status, text) in answers {
        assert_eq!(*status, StatusCode::NOT_FOUND, "{what}: {text}");
        assert_eq!(serde_json::from_str::<Json>(text).unwrap()["code"], "NOT_FOUND", "{what}");
    }
}

#[tokio::test]
async fn foreign_unknown_and_malformed_ids_are_answered_alike() {
    let app = TestApp::spawn().await;
    app.space("globex", GLOBEX).await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let stranger_here = app.sign_in(GLOBEX, PASSWORD).await;

    let unknown = verbs(&stranger_here, &format!("/a/globex/api/user/v1/{}/", "0".repeat(32))).await;
    is_not_found(&unknown, "unknown");
    for path in [
        format!("/a/globex/api/user/v1/{id}/"),
        format!("/a/globex/api/user/v1/mw_{id}/"),
        "/a/globex/api/user/v1/nonsense/".to_owned(),
        "/a/globex/api/user/v1/%00/".to_owned(),
        "/a/globex/api/user/v1/%ff/".to_owned(),
        "/a/globex/api/user/v1/..%2f..%2f/".to_owned(),
        format!("/a/globex/api/user/v1/{}/", "f".repeat(5_000)),
        format!("/a/globex/api/user/v1/gr_{}/", "0".repeat(32)),
        at(&id),
        at("nonsense"),
        format!("/a/nowhere/api/user/v1/{id}/"),
        format!("/a/%00/api/user/v1/{id}/"),
        format!("/a/{}/api/user/v1/{id}/", "x".repeat(5_000)),
    ] {
        assert_eq!(verbs(&stranger_here, &path).await, unknown, "{path}");
    }
    assert_eq!(admin.get(&at(&id)).await.json()["first_name"], "", "untouched");
}

#[tokio::test]
async fn a_foreign_project_space_is_answered_like_one_that_is_not_there() {
    let app = TestApp::spawn().await;
    app.space("globex", GLOBEX).await;
    let globex = app.sign_in(GLOBEX, PASSWORD).await;
    let body = json!({ "username": "amina", "password": "qwer1234" });
    let (listed, made) = (globex.get(WORKERS).await, globex.post(WORKERS, &body).await);
    for space in ["nowhere", "ACME", "acme%20", "%00", "a%2fb", "%ff"] {
        let path = format!("/a/{space}/api/user/v1/");
        for (there, here) in [(globex.get(&path).await, &listed), (globex.post(&path, &body).await, &made)] {
            assert_eq!((there.status, &there.text), (here.status, &here.text), "{path}");
            is_not_found(&[(there.status, there.text)], &path);
        }
    }
    assert_eq!(app.admin().await.get(WORKERS).await.json()["meta"]["total_count"], 0);
}

#[tokio::test]
async fn the_path_names_the_project_space_even_for_who_is_in_both() {
    let app = TestApp::spawn().await;
    app.space("globex", ADMIN).await;
    let both = app.admin().await;
    let id = worker(&both, "amina", json!({})).await;
    is_not_found(&verbs(&both, &format!("/a/globex/api/user/v1/{id}/")).await, "the other space");
    assert_eq!(both.get(&at(&id)).await.status, StatusCode::OK);
    assert_eq!(both.get("/a/globex/api/user/v1/").await.json()["meta"]["total_count"], 0);
}

#[tokio::test]
async fn groups_and_locations_of_another_project_space_cannot_be_given() {
    let app = TestApp::spawn().await;
    app.space("globex", GLOBEX).await;
    let (locations, groups) = (["1".repeat(32), "2".repeat(32)], ["3".repeat(32), "4".repeat(32)]);
    super::places_in(&app, "globex", [&locations[0], &locations[1]], [&groups[0], &groups[1]]).await;
    let admin = app.admin().await;
    let foreign = json!({
        "username": "amina", "password": "qwer1234", "groups": [groups[0]], "locations": [locations[0]],
        "primary_location": locations[0],
    });
    let refused = admin.post(WORKERS, &foreign).await;
    let expected = [
        super::fault("GROUP_OUT_OF_REACH", &["groups", "0"]),
        super::fault("LOCATION_OUT_OF_REACH", &["locations", "0"]),
    ];
    assert_eq!(super::faults(&refused.json()), expected, "{}", refused.text);
    // A filter by a foreign group finds nobody, as one by a group that is not there.
    let unknown = admin.get(&format!("{WORKERS}?group={}", "0".repeat(32))).await;
    assert_eq!(admin.get(&format!("{WORKERS}?group={}", groups[0])).await.text, unknown.text);
}
