use super::{EDITOR, VIEWER, invite, join, token};
use crate::scene::{member, nowhere, outsider, role, role_of, visit};
use crate::support::{Actor, TestApp};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

const LIST: &str = "query($f: InvitationFilter, $first: Int, $after: String, $last: Int, $before: String) {
    projectSpace(name: \"acme\") {
        invitations(filter: $f, first: $first, after: $after, last: $last, before: $before) {
            nodes { email } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }
}";

async fn page(actor: &Actor<'_>, variables: Json) -> Json {
    let answer = actor.run(LIST, variables).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["projectSpace"]["invitations"].clone()
}

fn names(page: &Json) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["email"].as_str().unwrap().split('@').next().unwrap().to_owned()).collect()
}

/// The local parts of the addresses that a filter finds, and their number as it was counted.
async fn found(actor: &Actor<'_>, filter: Json) -> Vec<String> {
    let page = page(actor, json!({ "f": filter })).await;
    let names = names(&page);
    assert_eq!(page["totalCount"], names.len(), "{page}");
    names
}

/// One invitation of each status and delivery, one minute apart: `one` was made first.
async fn crowd(app: &TestApp) -> (String, String) {
    let (admin, editor) = (app.admin().await, member(app, "Editor", EDITOR, &[]).await);
    let nurse = role(app, "Nurse", &[]).await;
    let open = role_of(app, "acme", "Open", &["access_all_locations"], true).await;
    invite(&admin, "one@example.org", json!({})).await;
    app.pass(TimeDelta::minutes(1));
    invite(&editor, "two@example.org", json!({ "roleId": open })).await;
    app.pass(TimeDelta::minutes(1));
    invite(&admin, "three@example.org", json!({ "roleId": nurse })).await;
    app.pass(TimeDelta::minutes(1));
    invite(&admin, "accepted@example.org", json!({})).await;
    join(app, &token(app, "accepted@example.org").await).await;
    app.pass(TimeDelta::minutes(1));
    let made = invite(&admin, "revoked@example.org", json!({})).await;
    let delete = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": made["id"] } })).await;
    for (email, status) in
        [("two", "sent"), ("three", "undeliverable"), ("accepted", "delivered"), ("revoked", "given_up")]
    {
        let sql = format!(
            "UPDATE mail SET status = '{status}' WHERE template = 'invitation' AND recipient = '{email}@example.org'"
        );
        app.rows(&sql).await.unwrap();
    }
    (nurse, open)
}

#[tokio::test]
async fn the_newest_come_first_and_the_deleted_only_when_they_are_asked_for() {
    let app = TestApp::spawn().await;
    crowd(&app).await;
    let admin = app.admin().await;
    assert_eq!(found(&admin, json!(null)).await, ["accepted", "three", "two", "one"]);
    assert_eq!(found(&admin, json!({ "statuses": ["PENDING"] })).await, ["three", "two", "one"]);
    assert_eq!(found(&admin, json!({ "statuses": ["ACCEPTED"] })).await, ["accepted"]);
    assert_eq!(found(&admin, json!({ "statuses": ["REVOKED", "ACCEPTED"] })).await, ["revoked", "accepted"]);
    assert_eq!(found(&admin, json!({ "statuses": ["EXPIRED"] })).await, Vec::<String>::new());
    app.pass(TimeDelta::days(30) - TimeDelta::minutes(3));
    let admin = app.admin().await;
    assert_eq!(found(&admin, json!({ "statuses": ["EXPIRED"] })).await, ["two", "one"]);
    assert_eq!(found(&admin, json!({ "statuses": ["PENDING"] })).await, ["three"]);
    app.rows("UPDATE project_space SET invitation_lifetime_days = 31").await.unwrap();
    assert_eq!(found(&admin, json!({ "statuses": ["EXPIRED"] })).await, Vec::<String>::new());
}

#[tokio::test]
async fn filters_hold_together() {
    let app = TestApp::spawn().await;
    let (nurse, open) = crowd(&app).await;
    let admin = app.admin().await;
    let me = admin.run("{ viewer { principal { user { ... on WebUser { id } } } } }", json!({})).await;
    let me = &me["data"]["viewer"]["principal"]["user"]["id"];
    for (filter, expected) in [
        (json!({ "deliveries": ["QUEUED"] }), vec!["one"]),
        (json!({ "deliveries": ["SENT", "DELIVERED"] }), vec!["accepted", "two"]),
        (json!({ "deliveries": ["UNDELIVERABLE"] }), vec!["three"]),
        (json!({ "deliveries": ["UNDELIVERABLE"], "statuses": ["REVOKED"] }), vec!["revoked"]),
        (json!({ "email": "t" }), vec!["three", "two"]),
        (json!({ "email": " TWO@example.org " }), vec!["two"]),
        (json!({ "email": "wo@" }), vec![]),
        (json!({ "email": "%" }), vec![]),
        (json!({ "email": "t_o" }), vec![]),
        (json!({ "roleIds": [nurse] }), vec!["three"]),
        (json!({ "roleIds": [nurse, open] }), vec!["three", "two"]),
        (json!({ "roleIds": [nurse], "email": "two" }), vec![]),
        (json!({ "roleIds": [] }), vec![]),
        (json!({ "roleIds": [nowhere("ro")] }), vec![]),
        (json!({ "inviterIds": [me] }), vec!["accepted", "three", "one"]),
        (json!({ "inviterIds": [me], "deliveries": ["QUEUED"] }), vec!["one"]),
    ] {
        assert_eq!(found(&admin, filter.clone()).await, expected, "{filter}");
    }
    for wrong in [
        json!({ "roleIds": ["x"] }),
        json!({ "inviterIds": [nowhere("ro")] }),
        json!({ "email": "x".repeat(255) }),
        json!({ "email": "a\0b" }),
        json!({ "roleIds": vec![nowhere("ro"); 101] }),
    ] {
        assert_eq!(admin.code(LIST, json!({ "f": wrong })).await, "BAD_REQUEST", "{wrong}");
    }
}

#[tokio::test]
async fn pages_go_both_ways_and_hold_each_invitation_once() {
    let app = TestApp::spawn().await;
    crowd(&app).await;
    let admin = app.admin().await;
    let (mut forwards, mut after) = (Vec::new(), Json::Null);
    loop {
        let page = page(&admin, json!({ "first": 3, "after": after })).await;
        forwards.extend(names(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(forwards, ["accepted", "three", "two", "one"]);
    let (mut backwards, mut before) = (Vec::new(), Json::Null);
    loop {
        let page = page(&admin, json!({ "last": 3, "before": before })).await;
        backwards.splice(0..0, names(&page));
        before = page["pageInfo"]["startCursor"].clone();
        if page["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
    }
    assert_eq!(backwards, forwards);
    assert_eq!(admin.code(LIST, json!({ "after": "x" })).await, "BAD_REQUEST");
}

#[tokio::test]
async fn the_total_is_counted_only_when_it_is_asked_for() {
    let app = TestApp::spawn().await;
    crowd(&app).await;
    let admin = app.admin().await;
    let counted = |total: &str| {
        format!("{{ projectSpace(name: \"acme\") {{ invitations {{ nodes {{ email }} {total} }} }} }}")
    };
    for (total, expected) in [("", false), ("totalCount", true)] {
        app.statements();
        admin.run(&counted(total), json!({})).await;
        let statements = app.statements();
        let counts = statements.iter().any(|sql| sql.to_lowercase().contains("count("));
        assert_eq!(counts, expected, "{statements:?}");
    }
}

#[tokio::test]
async fn a_page_costs_the_same_for_any_length() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let nurse = role(&app, "Nurse", &[]).await;
    for number in 0..12 {
        invite(&admin, &format!("a{number}@example.org"), json!({ "roleId": nurse })).await;
    }
    let query = "query($first: Int!) { projectSpace(name: \"acme\") { invitations(first: $first) {
        nodes { id email status delivery role { name } locations { name } }
    } } }";
    visit(&admin).await;
    let mut costs = Vec::new();
    for first in [1, 12] {
        app.statements();
        let answer = admin.run(query, json!({ "first": first })).await;
        let nodes = &answer["data"]["projectSpace"]["invitations"]["nodes"];
        assert_eq!(nodes.as_array().unwrap().len(), first, "{answer}");
        costs.push(app.statements().len());
    }
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn listing_is_denied_to_strangers_and_other_spaces_and_empty_for_who_may_not_look() {
    let app = TestApp::spawn().await;
    let made = invite(&app.admin().await, "one@example.org", json!({})).await;
    assert_eq!(found(&member(&app, "Viewer", VIEWER, &[]).await, json!(null)).await, ["one"]);
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    assert_eq!(found(&reader, json!(null)).await, Vec::<String>::new());
    let outsider = outsider(&app).await;
    let answer = outsider.run(LIST, json!({})).await;
    assert_eq!(answer, json!({ "data": { "projectSpace": null } }));
    assert_eq!(app.stranger().code(LIST, json!({})).await, "UNAUTHENTICATED");
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for actor in [&reader, &outsider, &app.stranger()] {
        let answer = actor.run(node, json!({ "id": made["id"] })).await;
        assert_eq!(answer, json!({ "data": { "node": null } }));
    }
}
