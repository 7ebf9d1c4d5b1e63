//! The two faces of one gate: for the same caller and the same worker, REST and GraphQL decide the same.

use super::{GROUPS, LOCATIONS, WORKERS, at, places, user, worker};
use crate::support::{Actor, Answer, PASSWORD, TestApp};
use serde_json::{Value as Json, json};

/// What was decided, in words that both faces have.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
enum Decided {
    Done,
    NotFound,
    Unauthenticated,
    Forbidden { reason: Text, missing: Text },
    Refused(Vec<String>),
}

/// JSON, printed.
type Text = String;

fn forbidden(told: &Json) -> Decided {
    Decided::Forbidden { reason: told["reason"].to_string(), missing: told["missing"].to_string() }
}

fn over_rest(answer: &Answer) -> Decided {
    let codes = |problem: &Json| {
        problem["errors"].as_array().unwrap().iter().map(|error| error["code"].to_string()).collect()
    };
    match answer.status.as_u16() {
        200..=202 => Decided::Done,
        400 => Decided::Refused(codes(&answer.json())),
        401 => Decided::Unauthenticated,
        403 => forbidden(&answer.json()),
        404 => Decided::NotFound,
        other => panic!("{other}: {}", answer.text),
    }
}

/// `path` leads to the payload of a mutation, or to the object of a query.
fn over_graphql(answer: &Json, path: &str) -> Decided {
    let extensions = &answer["errors"][0]["extensions"];
    match extensions["code"].as_str() {
        Some("UNAUTHENTICATED") => return Decided::Unauthenticated,
        Some("NOT_FOUND") => return Decided::NotFound,
        Some("FORBIDDEN") => return forbidden(extensions),
        Some(other) => panic!("{other}: {answer}"),
        None => {}
    }
    let found = &answer["data"].pointer(path).cloned().unwrap_or_default();
    match found["userErrors"].as_array() {
        Some(errors) if !errors.is_empty() => {
            Decided::Refused(errors.iter().map(|error| error["code"].to_string()).collect())
        }
        _ if found.is_null() => Decided::NotFound,
        _ => Decided::Done,
    }
}

const READ: &str = r#"query($id: ID!) { projectSpace(name: "acme") { mobileWorker(id: $id) { id } } }"#;
const UPDATE: &str =
    "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code } } }";
const DELETE: &str = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { userErrors { code } } }";
const ACTIVATE: &str = "mutation($i: NodeInput!) { activateMobileWorker(input: $i) { userErrors { code } } }";
const DEACTIVATE: &str =
    "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { userErrors { code } } }";
const CREATE: &str =
    "mutation($i: CreateMobileWorkerInput!) { createMobileWorker(input: $i) { userErrors { code } } }";

/// Everybody with the right to use the API, and those who are not of `acme`.
async fn callers(app: &TestApp) -> Vec<(&'static str, Actor<'_>)> {
    app.space("globex", "admin@globex.example").await;
    let everywhere = "access_all_locations";
    vec![
        ("admin", app.admin().await),
        (
            "editor",
            user(app, "editor@acme.example", &["access_api", "edit_commcare_users", everywhere], &[]).await,
        ),
        (
            "viewer",
            user(app, "viewer@acme.example", &["access_api", "view_commcare_users", everywhere], &[]).await,
        ),
        (
            "supervisor",
            user(app, "supervisor@acme.example", &["access_api", "edit_commcare_users"], &[LOCATIONS[0]])
                .await,
        ),
        (
            "visitor",
            user(app, "visitor@acme.example", &["access_api", "view_commcare_users"], &[LOCATIONS[0]]).await,
        ),
        ("unplaced", user(app, "unplaced@acme.example", &["access_api", "edit_commcare_users"], &[]).await),
        ("caller", user(app, "caller@acme.example", &["access_api"], &[]).await),
        ("foreigner", app.sign_in("admin@globex.example", PASSWORD).await),
        ("stranger", app.stranger()),
    ]
}

#[tokio::test]
async fn reading_changing_and_deleting_are_decided_alike() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let mut seen = Vec::new();
    for (number, (name, actor)) in callers(&app).await.into_iter().enumerate() {
        for (place, fields) in [
            ("here", json!({ "locations": [LOCATIONS[0]] })),
            ("there", json!({ "locations": [LOCATIONS[1]], "groups": GROUPS })),
            ("both", json!({ "locations": LOCATIONS })),
            ("nowhere", json!({})),
        ] {
            // Alike, but for their names: deleting one must not hide the other.
            let one = worker(&admin, &format!("{place}.rest.{number}"), fields.clone()).await;
            let other = worker(&admin, &format!("{place}.graphql.{number}"), fields).await;
            let twin = format!("mw_{other}");
            let what = format!("{name}, a worker {place}");

            let rest = over_rest(&actor.get(&at(&one)).await);
            let graphql =
                over_graphql(&actor.run(READ, json!({ "id": twin })).await, "/projectSpace/mobileWorker");
            assert_eq!(rest, graphql, "read: {what}");
            seen.push(rest);

            for fields in [
                json!({ "first_name": "X" }),
                json!({ "language": "nonsense" }),
                json!({ "locations": [LOCATIONS[1]] }),
                json!({ "locations": [] }),
            ] {
                let rest = over_rest(&actor.put(&at(&one), &fields).await);
                let mut input = json!({ "id": twin });
                for (field, value) in fields.as_object().unwrap() {
                    let field = match field.as_str() {
                        "first_name" => "firstName",
                        "locations" => "locationIds",
                        other => other,
                    };
                    input[field] = value.clone();
                }
                let graphql =
                    over_graphql(&actor.run(UPDATE, json!({ "i": input })).await, "/updateMobileWorker");
                assert_eq!(rest, graphql, "update {fields}: {what}");
                seen.push(rest);
            }

            for (verb, mutation, field) in [
                ("deactivate", DEACTIVATE, "/deactivateMobileWorker"),
                ("activate", ACTIVATE, "/activateMobileWorker"),
            ] {
                let rest = over_rest(&actor.post(&format!("{}{verb}/", at(&one)), &json!({})).await);
                let graphql = over_graphql(&actor.run(mutation, json!({ "i": { "id": twin } })).await, field);
                assert_eq!(rest, graphql, "{verb}: {what}");
                seen.push(rest);
            }

            let rest = over_rest(&actor.delete(&at(&one)).await);
            let graphql =
                over_graphql(&actor.run(DELETE, json!({ "i": { "id": twin } })).await, "/deleteMobileWorker");
            assert_eq!(rest, graphql, "delete: {what}");
            seen.push(rest);
        }
    }
    for wanted in [Decided::Done, Decided::NotFound, Decided::Unauthenticated] {
        assert!(seen.contains(&wanted), "{wanted:?} is never decided");
    }
    assert!(
        seen.iter().any(|decided| matches!(decided, Decided::Forbidden { .. })),
        "nobody is forbidden anything"
    );
    assert!(seen.iter().any(|decided| matches!(decided, Decided::Refused(_))), "no input is refused");
}

#[tokio::test]
async fn creating_is_decided_alike() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let mut seen = Vec::new();
    for (number, (name, actor)) in callers(&app).await.into_iter().enumerate() {
        for (kind, rest, graphql) in [
            ("plain", json!({}), json!({})),
            ("here", json!({ "locations": [LOCATIONS[0]] }), json!({ "locationIds": [LOCATIONS[0]] })),
            ("there", json!({ "locations": [LOCATIONS[1]] }), json!({ "locationIds": [LOCATIONS[1]] })),
            ("grouped", json!({ "groups": GROUPS }), json!({ "groupIds": GROUPS })),
            (
                "wrong",
                json!({ "language": "nonsense", "email": "x" }),
                json!({ "language": "nonsense", "email": "x" }),
            ),
        ] {
            let mut body = json!({ "username": format!("{kind}.rest.{number}"), "password": "qwer1234" });
            body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            let mut input = json!({ "projectSpace": "acme", "username": format!("{kind}.graphql.{number}"), "password": "qwer1234" });
            input.as_object_mut().unwrap().extend(graphql.as_object().unwrap().clone());
            let rest = over_rest(&actor.post(WORKERS, &body).await);
            let graphql =
                over_graphql(&actor.run(CREATE, json!({ "i": input })).await, "/createMobileWorker");
            assert_eq!(rest, graphql, "{name}: {kind}");
            seen.push(rest);
        }
    }
    seen.sort();
    seen.dedup();
    assert!(seen.len() >= 5, "too few kinds of answers: {seen:?}");
}
