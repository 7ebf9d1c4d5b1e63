//! What a query costs the database: so many statements, however long the page.

use crate::scene::{EDITOR, SUPERVISOR, Tree, group, ids, member, role, visit, worker_with};
use crate::support::{Actor, TestApp, operator};
use fieldgate::domain::{MobileWorkerInput, Patch, UserFieldsInput, UserProfileInput};
use fieldgate::service::user_fields;
use serde_json::json;

const PAGE: &str = "query($first: Int!) { projectSpace(name: \"acme\") {
    mobileWorkers(first: $first, filter: { statuses: [ACTIVE] }) {
        nodes { id username role { name permissions { permission } } locations { name } groups { name } profile { name } }
        pageInfo { hasNextPage endCursor }
    }
} }";
const ONE: &str = "query($id: ID!) { projectSpace(name: \"acme\") {
    mobileWorker(id: $id) { username role { name } locations { name } primaryLocation { name } groups { name } profile { name } }
} }";

/// Session, rights, project space; the page with the ids of all that hangs on it; roles, locations, groups, user profiles.
const OF_A_PAGE: usize = 8;

/// Fifty workers with roles, places and groups of several kinds; the id of the first.
async fn fifty(app: &TestApp, tree: &Tree) -> String {
    let mut roles = Vec::new();
    let mut groups = Vec::new();
    for number in 0..5 {
        roles.push(role(app, &format!("Role {number}"), &["view_reports"]).await);
        groups.push(group(app, &format!("Group {number}")).await);
    }
    let profiles = profiles(app).await;
    let mut first = String::new();
    for number in 0..50 {
        let input = MobileWorkerInput {
            role: Patch::Set(roles[number % 5].clone()),
            locations: ids(&[&tree.north, if number % 2 == 0 { &tree.northern } else { &tree.southern }]),
            groups: ids(&[&groups[number % 5], &groups[(number + 1) % 5]]),
            user_profile: if number % 3 == 0 {
                Patch::Set(profiles[number % 2].clone())
            } else {
                Patch::Keep
            },
            ..MobileWorkerInput::default()
        };
        let id = worker_with(app, &format!("w{number:02}"), input).await;
        if number == 0 {
            first = id;
        }
    }
    first
}

/// Two user profiles of `acme`.
async fn profiles(app: &TestApp) -> Vec<String> {
    let profile = |name: &str| UserProfileInput {
        name: name.to_owned(),
        fixed_data: json!({}),
        ..UserProfileInput::default()
    };
    let input = UserFieldsInput {
        profiles: Some(vec![profile("Junior"), profile("Senior")]),
        ..UserFieldsInput::default()
    };
    let defined = user_fields::update(&app.services, &operator(), "acme", None, &input).await.unwrap();
    let made = user_fields::profiles(&app.services, &operator(), defined.project_space).await.unwrap();
    made.iter().map(|profile| profile.id.to_string()).collect()
}

async fn cost(
    app: &TestApp,
    actor: &Actor<'_>,
    query: &str,
    variables: serde_json::Value,
) -> (serde_json::Value, usize) {
    visit(actor).await;
    app.statements();
    let answer = actor.run(query, variables).await;
    assert!(answer["errors"].is_null(), "{answer}");
    (answer, app.statements().len())
}

#[tokio::test]
async fn a_page_of_workers_with_all_that_hangs_on_them_costs_the_same_for_any_length() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    fifty(&app, &tree).await;
    let everywhere = member(&app, "Editor", EDITOR, &[]).await;
    let limited = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    for actor in [&app.admin().await, &everywhere, &limited] {
        for first in [1, 10, 50] {
            let (answer, statements) = cost(&app, actor, PAGE, json!({ "first": first })).await;
            let nodes = answer["data"]["projectSpace"]["mobileWorkers"]["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), first);
            assert!(nodes.iter().all(|worker| worker["groups"].as_array().unwrap().len() == 2), "{answer}");
            assert_eq!(statements, OF_A_PAGE, "for {first}");
        }
    }
}

#[tokio::test]
async fn one_worker_by_id_costs_as_much_as_a_page() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let id = fifty(&app, &tree).await;
    let admin = app.admin().await;
    let (answer, statements) = cost(&app, &admin, ONE, json!({ "id": id })).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorker"]["role"]["name"], "Role 0", "{answer}");
    assert_eq!(statements, OF_A_PAGE);
    let bare =
        "query($id: ID!) { projectSpace(name: \"acme\") { mobileWorker(id: $id) { username status } } }";
    assert_eq!(cost(&app, &admin, bare, json!({ "id": id })).await.1, OF_A_PAGE - 4);
}

#[tokio::test]
async fn what_is_not_selected_is_not_read() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    fifty(&app, &tree).await;
    let admin = app.admin().await;
    let names = "{ projectSpace(name: \"acme\") { mobileWorkers(first: 50) { nodes { username } } } }";
    assert_eq!(cost(&app, &admin, names, json!({})).await.1, OF_A_PAGE - 4);
    let total =
        "{ projectSpace(name: \"acme\") { mobileWorkers(first: 50) { nodes { username } totalCount } } }";
    assert_eq!(cost(&app, &admin, total, json!({})).await.1, OF_A_PAGE - 3);
    // Who has not signed in costs the database nothing.
    assert_eq!(cost(&app, &app.stranger(), "{ __typename viewer { __typename } }", json!({})).await.1, 0);
}

#[tokio::test]
async fn places_with_their_levels_and_parents_are_loaded_together() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let admin = app.admin().await;
    let query = "{ projectSpace(name: \"acme\") { locations(first: 100) { nodes { name type { name } parent { name } } } } }";
    let (_, few) = cost(&app, &admin, query, json!({})).await;
    for number in 0..20 {
        crate::scene::location(&app, &format!("Place {number}"), &tree.district, Some(&tree.north)).await;
    }
    let (answer, many) = cost(&app, &admin, query, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["locations"]["nodes"].as_array().unwrap().len(), 24);
    assert_eq!((few, many), (6, 6));
}
