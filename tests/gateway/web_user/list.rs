use super::{MANAGER, one_more_admin};
use crate::scene::{Tree, member, nowhere, outsider, role, visit};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp, operator};
use chrono::TimeDelta;
use fieldgate::domain::{LocationId, RoleId};
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::{Value as Json, json};

const LIST: &str = "query($filter: WebUserFilter, $order: WebUserOrder,
    $first: Int, $after: String, $last: Int, $before: String) {
    projectSpace(name: \"acme\") {
        webUsers(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { id email firstName lastName lastLoginAt membership { joinedAt } } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }
}";
const COUNT: &str = "query($filter: WebUserFilter) {
    projectSpace(name: \"acme\") { webUsers(filter: $filter, first: 0) { totalCount nodes { id } } }
}";

async fn page(actor: &Actor<'_>, arguments: Json) -> Json {
    let answer = actor.run(LIST, arguments).await;
    let page = &answer["data"]["projectSpace"]["webUsers"];
    assert!(page.is_object(), "{answer}");
    page.clone()
}

fn emails(page: &Json) -> Vec<String> {
    let edges = page["edges"].as_array().unwrap();
    let name = |edge: &Json| edge["node"]["email"].as_str().unwrap().split('@').next().unwrap().to_owned();
    edges.iter().map(name).collect()
}

/// Names of whom a filter finds, and a count that must agree.
async fn found(actor: &Actor<'_>, filter: Json) -> Vec<String> {
    let names = emails(&page(actor, json!({ "filter": filter, "first": 100 })).await);
    let counted = actor.run(COUNT, json!({ "filter": filter })).await;
    let counted = &counted["data"]["projectSpace"]["webUsers"];
    assert_eq!(counted, &json!({ "totalCount": names.len(), "nodes": [] }), "{filter}");
    names
}

/// A web user of `acme` who cannot be told from others but by what is given; no password is hashed twice.
async fn named(app: &TestApp, email: &str, names: [&str; 2], role: Option<RoleId>, at: &[&String]) {
    let input = NewWebUser {
        email: email.to_owned(),
        first_name: names[0].to_owned(),
        last_name: names[1].to_owned(),
        password: Some(PASSWORD.to_owned().into()),
        role,
        locations: at.iter().map(|id| LocationId::parse(id).unwrap()).collect(),
    };
    web_user::add(&app.services, &operator(), "acme", &input).await.unwrap();
}

#[tokio::test]
async fn every_order_covers_every_row_once_forwards_and_backwards() {
    let app = TestApp::spawn().await;
    let read_only = app.role("Read Only").await;
    for number in 0..9 {
        let names = [["", "Amina", "Zoé", "amina"][number % 4], ["Éa", "Bo", ""][number % 3]];
        named(&app, &format!("u{number}@acme.example"), names, Some(read_only), &[]).await;
        if number % 3 == 0 {
            app.pass(TimeDelta::microseconds(1_500_000));
            app.sign_in(&format!("u{number}@acme.example"), PASSWORD).await;
        }
    }
    let admin = app.admin().await;
    for (field, key) in [
        ("EMAIL", "/email"),
        ("FIRST_NAME", "/firstName"),
        ("LAST_NAME", "/lastName"),
        ("LAST_LOGIN_AT", "/lastLoginAt"),
        ("JOINED_AT", "/membership/joinedAt"),
    ] {
        for direction in ["ASC", "DESC"] {
            let order = json!({ "field": field, "direction": direction });
            let all = page(&admin, json!({ "order": order, "first": 100 })).await;
            let all: Vec<Json> =
                all["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect();
            assert_eq!(all.len(), 10);
            let mut sorted = all.clone();
            let place = |row: &Json| {
                let value = row.pointer(key).unwrap().as_str().unwrap_or("").to_owned();
                (value, row["id"].as_str().unwrap().to_owned())
            };
            sorted.sort_by_key(place);
            if direction == "DESC" {
                sorted.reverse();
            }
            assert_eq!(all, sorted, "{field} {direction}");
            for size in [1, 3, 9, 10, 11] {
                for forwards in [true, false] {
                    let walked = walk(&admin, &order, size, forwards).await;
                    assert_eq!(walked, all, "{field} {direction} by {size}, forwards: {forwards}");
                }
            }
        }
    }
}

/// All rows, page by page.
async fn walk(actor: &Actor<'_>, order: &Json, size: usize, forwards: bool) -> Vec<Json> {
    let mut rows: Vec<Json> = Vec::new();
    let mut cursor = Json::Null;
    for _ in 0..20 {
        let arguments = if forwards {
            json!({ "order": order, "first": size, "after": cursor })
        } else {
            json!({ "order": order, "last": size, "before": cursor })
        };
        let page = page(actor, arguments).await;
        let info = &page["pageInfo"];
        let nodes = page["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone());
        let more = if forwards {
            rows.extend(nodes);
            cursor = info["endCursor"].clone();
            &info["hasNextPage"]
        } else {
            rows = nodes.chain(std::mem::take(&mut rows)).collect();
            cursor = info["startCursor"].clone();
            &info["hasPreviousPage"]
        };
        if *more == false {
            return rows;
        }
    }
    panic!("the list does not end");
}

#[tokio::test]
async fn search_finds_all_words_anywhere_in_names_and_addresses() {
    let app = TestApp::spawn().await;
    let (admin, role) = (app.admin().await, Some(app.role("Read Only").await));
    named(&app, "a.diallo_1@acme.example", ["Amina", "O'Brien"], role, &[]).await;
    named(&app, "zoe@field.example", ["ZOÉ", "100% \"Quoted\" \\ x"], role, &[]).await;
    named(&app, "kofi@field.example", ["Ко́фи", "村上 春樹"], role, &[]).await;
    for (search, expected) in [
        ("amina", vec!["a.diallo_1"]),
        ("AMINA o'b", vec!["a.diallo_1"]),
        ("o'brien diallo", vec!["a.diallo_1"]),
        ("field.example", vec!["kofi", "zoe"]),
        ("ACME", vec!["a.diallo_1", "admin"]),
        ("_1", vec!["a.diallo_1"]),
        ("o_1", vec!["a.diallo_1"]),
        ("%", vec!["zoe"]),
        ("00%", vec!["zoe"]),
        ("\\", vec!["zoe"]),
        ("\"quoted\"", vec!["zoe"]),
        ("zoé", vec!["zoe"]),
        ("ZOE\u{301}", vec!["zoe"]),
        ("é", vec!["zoe"]),
        ("фи", vec!["kofi"]),
        ("春樹 村", vec!["kofi"]),
        ("amina zoé", vec![]),
        ("' OR '1'='1", vec![]),
        ("email:amina", vec![]),
        ("amina*", vec![]),
        ("", vec!["a.diallo_1", "admin", "kofi", "zoe"]),
    ] {
        assert_eq!(found(&admin, json!({ "search": search })).await, expected, "{search:?}");
    }
    for wrong in [json!({ "search": "x".repeat(101) }), json!({ "search": "a\u{0}b" })] {
        assert_eq!(admin.code(LIST, json!({ "filter": wrong })).await, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn filters_hold_together() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &[]).await;
    let driver = role(&app, "Driver", &[]).await;
    let [nurse_id, driver_id] = [&nurse, &driver].map(|id| Some(RoleId::parse(id).unwrap()));
    named(&app, "a@acme.example", ["A", ""], nurse_id, &[&tree.north]).await;
    named(&app, "b@acme.example", ["B", ""], driver_id, &[&tree.northern, &tree.southern]).await;
    named(&app, "c@acme.example", ["C", ""], nurse_id, &[]).await;
    one_more_admin(&app, "d@acme.example").await;
    let off = super::id_of(&admin, "c@acme.example").await;
    let deactivate = "mutation($i: NodeInput!) { deactivateWebUser(input: $i) { webUser { id } } }";
    admin.run(deactivate, json!({ "i": { "id": off } })).await;
    for (filter, expected) in [
        (json!({}), vec!["a", "admin", "b", "c", "d"]),
        (Json::Null, vec!["a", "admin", "b", "c", "d"]),
        (json!({ "isActive": true }), vec!["a", "admin", "b", "d"]),
        (json!({ "isActive": false }), vec!["c"]),
        (json!({ "isAdmin": true }), vec!["admin", "d"]),
        (json!({ "isAdmin": false, "isActive": true }), vec!["a", "b"]),
        (json!({ "roleIds": [nurse] }), vec!["a", "c"]),
        (json!({ "roleIds": [nurse, driver], "isActive": true }), vec!["a", "b"]),
        (json!({ "roleIds": [] }), vec![]),
        (json!({ "roleIds": [nowhere("ro")] }), vec![]),
        (json!({ "roleIds": [nurse], "isAdmin": true }), vec![]),
        (json!({ "locationIds": [tree.north] }), vec!["a"]),
        (json!({ "locationIds": [tree.north], "includeSublocations": true }), vec!["a", "b"]),
        (json!({ "locationIds": [tree.northern, tree.southern] }), vec!["b"]),
        (json!({ "locationIds": [] }), vec![]),
        (json!({ "locationIds": [tree.south], "includeSublocations": true, "search": "b@" }), vec!["b"]),
    ] {
        assert_eq!(found(&admin, filter.clone()).await, expected, "{filter}");
    }
    for wrong in [
        json!({ "roleIds": ["x"] }),
        json!({ "locationIds": [nurse] }),
        json!({ "roleIds": vec![nowhere("ro"); 101] }),
    ] {
        assert_eq!(admin.code(LIST, json!({ "filter": wrong })).await, "BAD_REQUEST", "{wrong}");
    }
}

#[tokio::test]
async fn a_list_is_of_one_space_and_of_whom_one_may_see() {
    let app = TestApp::spawn().await;
    let (admin, outsider) = (app.admin().await, outsider(&app).await);
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let manager = member(&app, "Manager", MANAGER, &[]).await;
    assert_eq!(found(&admin, json!({})).await, ["admin", "manager", "reader"]);
    assert_eq!(found(&manager, json!({})).await, ["admin", "manager", "reader"]);
    assert_eq!(found(&reader, json!({})).await, ["reader"]);
    let answer = outsider.run(LIST, json!({})).await;
    assert_eq!(answer, json!({ "data": { "projectSpace": null } }));
    let theirs = LIST.replace("\"acme\"", "\"globex\"");
    let answer = outsider.run(&theirs, json!({})).await;
    let cursor = &answer["data"]["projectSpace"]["webUsers"]["edges"][0]["cursor"];
    assert_eq!(emails(&answer["data"]["projectSpace"]["webUsers"]), ["admin"]);
    for cursor in [cursor.clone(), json!(""), json!("x")] {
        assert_eq!(admin.code(LIST, json!({ "after": cursor })).await, "BAD_REQUEST");
    }
    let own = page(&admin, json!({ "first": 1 })).await["pageInfo"]["endCursor"].clone();
    assert_eq!(emails(&page(&admin, json!({ "after": own })).await), ["manager", "reader"]);
    let other = json!({ "after": own, "order": { "field": "FIRST_NAME", "direction": "ASC" } });
    assert_eq!(admin.code(LIST, other).await, "BAD_REQUEST");
    assert_eq!(admin.code(LIST, json!({ "first": 101 })).await, "BAD_REQUEST");
}

#[tokio::test]
async fn a_page_costs_the_same_for_any_length_and_counts_when_asked() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    for number in 0..20 {
        let role = role(&app, &format!("Role {number}"), &[]).await;
        let role = Some(RoleId::parse(&role).unwrap());
        named(&app, &format!("u{number}@acme.example"), ["", ""], role, &[&tree.north, &tree.southern]).await;
    }
    let admin = app.admin().await;
    visit(&admin).await;
    let query = "query($first: Int!) { projectSpace(name: \"acme\") { webUsers(first: $first) { nodes {
        id email lastLoginAt membership {
            isAdmin role { name } roleName locations { name } primaryLocation { name } joinedAt lastAccessDate version
        }
    } } } }";
    for first in [2, 21] {
        app.statements();
        let answer = admin.run(query, json!({ "first": first })).await;
        assert!(answer["errors"].is_null(), "{answer}");
        // Session, rights, project space; the page, its roles, its locations.
        assert_eq!(app.statements().len(), 6, "for {first}");
    }
    app.statements();
    page(&admin, json!({ "first": 2 })).await;
    assert!(!app.statements().iter().any(|sql| sql.to_lowercase().contains("count(")));
    admin.run(COUNT, json!({})).await;
    assert_eq!(app.statements().iter().filter(|sql| sql.to_lowercase().contains("count(")).count(), 1);
    assert_eq!(found(&admin, json!({ "search": ADMIN })).await, ["admin"]);
}
