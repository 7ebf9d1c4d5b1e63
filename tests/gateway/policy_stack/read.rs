use super::{ACTIVATE, activate, done, revise, stack, upload};
use crate::policy::guest::permitting;
use crate::scene::{member, nowhere, outsider, visit};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const NODE: &str = "query($id: ID!) { node(id: $id) { id ... on PolicyRevision { number } } }";
const PAGE: &str = "query($first: Int, $after: String) { projectSpace(name: \"acme\") { policyStack {
    active { number modules { name } }
    revisions(first: $first, after: $after) { totalCount nodes { number modules { digest } } pageInfo { hasNextPage endCursor } }
    history(first: $first) { totalCount nodes { kind } }
    modules { digest name actions }
} } }";

fn numbers(answer: &Json) -> Vec<i64> {
    let revisions = &answer["data"]["projectSpace"]["policyStack"]["revisions"]["nodes"];
    revisions.as_array().unwrap().iter().map(|revision| revision["number"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_space_without_policies_of_its_own_has_a_stack_all_the_same() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    assert_eq!(
        stack(&admin).await,
        json!({
            "version": 0, "active": null, "monitored": null, "modules": [],
            "history": { "totalCount": 0, "nodes": [] },
        })
    );
}

#[tokio::test]
async fn revisions_come_in_pages_the_newest_first() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for _ in 0..5 {
        revise(&admin, &["standard"]).await;
        app.pass(chrono::TimeDelta::seconds(1));
    }
    let first = admin.run(PAGE, json!({ "first": 3 })).await;
    assert_eq!(numbers(&first), [5, 4, 3]);
    let revisions = &first["data"]["projectSpace"]["policyStack"]["revisions"];
    assert_eq!((&revisions["totalCount"], &revisions["pageInfo"]["hasNextPage"]), (&json!(5), &json!(true)));
    let after = revisions["pageInfo"]["endCursor"].clone();
    assert_eq!(numbers(&admin.run(PAGE, json!({ "first": 3, "after": after })).await), [2, 1]);
    // A cursor is of its own list.
    app.space("globex", "admin@globex.example").await;
    let other = app.sign_in("admin@globex.example", crate::support::PASSWORD).await;
    let theirs = PAGE.replace("acme", "globex");
    assert_eq!(other.code(&theirs, json!({ "after": after })).await, "BAD_REQUEST");
}

#[tokio::test]
async fn what_happened_in_one_moment_is_listed_in_its_order() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    // The clock stands still.
    let mut revisions = Vec::new();
    for _ in 0..6 {
        revisions.push(revise(&admin, &["standard"]).await);
    }
    let found = admin.run(PAGE, json!({ "first": 6 })).await;
    assert_eq!(numbers(&found), [6, 5, 4, 3, 2, 1]);
    let order = [3, 1, 6, 2, 5, 4];
    for number in order {
        done(&admin, ACTIVATE, json!({ "id": revisions[number - 1] })).await;
    }
    let history = |after: Json| {
        let query = "query($after: String) { projectSpace(name: \"acme\") { policyStack { history(first: 4, after: $after) {
            nodes { revision { number } from { number } } pageInfo { endCursor }
        } } } }";
        let admin = &admin;
        async move {
            let answer = admin.run(query, json!({ "after": after })).await;
            answer["data"]["projectSpace"]["policyStack"]["history"].clone()
        }
    };
    let (first, mut told) = (history(Json::Null).await, Vec::new());
    let rest = history(first["pageInfo"]["endCursor"].clone()).await;
    for page in [first, rest] {
        let numbers = page["nodes"].as_array().unwrap_or_else(|| panic!("{page}")).iter();
        told.extend(numbers.map(|it| (it["revision"]["number"].as_u64(), it["from"]["number"].as_u64())));
    }
    let from = [None, Some(3), Some(1), Some(6), Some(2), Some(5)];
    let expected: Vec<_> = order.iter().map(|it| Some(*it as u64)).zip(from).rev().collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_page_costs_so_many_statements_however_long_it_is() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = upload(&admin, &permitting(1)).await;
    for number in 0..12 {
        let revision = revise(&admin, &["standard", &module]).await;
        if number < 3 {
            activate(&app, &admin, &revision).await;
        }
    }
    visit(&admin).await;
    let mut costs = Vec::new();
    for first in [1, 12] {
        app.statements();
        let answer = admin.run(PAGE, json!({ "first": first })).await;
        assert_eq!(numbers(&answer).len(), first);
        costs.push(app.statements().len());
    }
    // Session, rights, project space; the stack; the active revision and its modules; a page and its modules, and its
    // count; what took effect, and its count; the modules.
    assert_eq!(costs, [12, 12]);
}

#[tokio::test]
async fn a_revision_is_found_by_its_id_where_it_may_be_seen() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let revision = revise(&admin, &["standard"]).await;
    let found = admin.run(NODE, json!({ "id": revision })).await;
    assert_eq!(found["data"]["node"], json!({ "id": revision, "number": 1 }));
    let viewer = member(&app, "Viewer", &["view_web_users"], &[]).await;
    for who in [&viewer, &outsider(&app).await, &app.stranger()] {
        for id in [&revision, &nowhere("pr"), "pr_x"] {
            assert_eq!(who.run(NODE, json!({ "id": id })).await["data"]["node"], json!(null));
        }
    }
}

#[tokio::test]
async fn who_is_no_admin_sees_nothing_of_it() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", &["view_web_users"], &[]).await;
    let query = "{ projectSpace(name: \"acme\") { name policyStack { version } } }";
    let answer = viewer.run(query, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"], json!({ "name": "acme", "policyStack": null }));
}
