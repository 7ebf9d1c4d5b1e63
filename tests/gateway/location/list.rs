use super::{ARCHIVE, villages};
use crate::scene::{SUPERVISOR, Tree, faults, location, member};
use crate::support::{Actor, TestApp};
use serde_json::{Value as Json, json};

const LIST: &str =
    "query($filter: LocationFilter, $first: Int, $after: String, $last: Int, $before: String) {
    projectSpace(name: \"acme\") {
        locations(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
            totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }
}";

async fn names(actor: &Actor<'_>, filter: Json) -> Json {
    let answer = actor.run(LIST, json!({ "filter": filter })).await;
    let found = &answer["data"]["projectSpace"]["locations"];
    let names = found["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(found["totalCount"], names.len(), "{answer}");
    json!(names.iter().map(|place| &place["name"]).collect::<Vec<_>>())
}

#[tokio::test]
async fn places_are_found_by_words_levels_and_where_they_stand() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (village, _, lower) = villages(&app, &tree).await;
    let thies = location(&app, "Thiès-Nord", &village, Some(&tree.northern)).await;
    assert_eq!(faults(&admin, ARCHIVE, json!({ "id": lower })).await, []);
    for (filter, expected) in [
        (json!({ "search": "north" }), json!(["North", "Northern"])),
        (json!({ "search": "THIÈS nord" }), json!(["Thiès-Nord"])),
        (json!({ "search": "_s_n" }), json!(["Thiès-Nord"])),
        (json!({ "search": "%" }), json!([])),
        (json!({ "typeIds": [tree.region, village] }), json!(["North", "South", "Thiès-Nord", "Upper"])),
        (json!({ "parentId": null }), json!(["North", "South"])),
        (json!({ "parentId": tree.northern }), json!(["Thiès-Nord", "Upper"])),
        (json!({ "parentId": tree.southern }), json!([])),
        (json!({ "parentId": tree.southern, "includeArchived": true }), json!(["Lower"])),
    ] {
        assert_eq!(names(&admin, filter.clone()).await, expected, "{filter}");
    }
    let one = "query($id: ID, $code: String) { projectSpace(name: \"acme\") { location(id: $id, siteCode: $code) { name } } }";
    let at = |variables: Json| {
        let admin = admin.clone();
        async move { admin.run(one, variables).await["data"]["projectSpace"]["location"].clone() }
    };
    let expected = json!({ "name": "Thiès-Nord" });
    assert_eq!(at(json!({ "id": thies })).await, expected);
    assert_eq!(at(json!({ "code": "THI_S_NORD" })).await, expected);
    assert_eq!(at(json!({ "code": "no such" })).await, Json::Null);
    assert_eq!(admin.code(one, json!({})).await, "BAD_REQUEST");
    let long = json!({ "filter": { "search": "x".repeat(1000) } });
    assert_eq!(admin.code(LIST, long).await, "BAD_REQUEST");
}

#[tokio::test]
async fn pages_of_places_join_up_from_both_ends() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    for number in 0..7 {
        location(&app, &format!("Place {number}"), &tree.district, Some(&tree.north)).await;
    }
    let filter = json!({ "parentId": tree.north });
    for (size, cursor, step) in [("first", "after", "endCursor"), ("last", "before", "startCursor")] {
        let (mut seen, mut from) = (Vec::new(), Json::Null);
        loop {
            let answer = admin.run(LIST, json!({ "filter": filter, size: 3, cursor: from })).await;
            let found = answer["data"]["projectSpace"]["locations"].clone();
            let mut page: Vec<String> = found["nodes"]
                .as_array()
                .unwrap_or_else(|| panic!("{answer}"))
                .iter()
                .map(|place| place["name"].as_str().unwrap().to_owned())
                .collect();
            if size == "last" {
                page.reverse();
            }
            seen.extend(page);
            from = found["pageInfo"][step].clone();
            let more = if size == "first" { "hasNextPage" } else { "hasPreviousPage" };
            if found["pageInfo"][more] == false {
                break;
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        if size == "last" {
            sorted.reverse();
        }
        assert_eq!((seen.len(), &seen), (8, &sorted));
    }
}

const CHILDREN: &str = "query($first: Int) { projectSpace(name: \"acme\") {
    locations(first: 50) { nodes { name ancestors { name } children(first: $first) { totalCount nodes { name type { name } } } } }
} }";

#[tokio::test]
async fn what_stands_below_and_above_is_loaded_in_one_go_however_many_ask() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (village, _, _) = villages(&app, &tree).await;
    // The first request of an hour notes that somebody was here.
    admin.run(CHILDREN, json!({ "first": 3 })).await;
    let mut costs = Vec::new();
    for round in 0..2 {
        for number in 0..round * 20 {
            location(&app, &format!("Village {number:02}"), &village, Some(&tree.northern)).await;
        }
        app.statements();
        let answer = admin.run(CHILDREN, json!({ "first": 3 })).await;
        assert!(answer["errors"].is_null(), "{answer}");
        costs.push(app.statements().len());
        let nodes = answer["data"]["projectSpace"]["locations"]["nodes"].as_array().unwrap();
        let northern = nodes.iter().find(|place| place["name"] == "Northern").unwrap();
        assert_eq!(northern["children"]["totalCount"], 1 + round * 20, "{answer}");
        assert_eq!(northern["ancestors"], json!([{ "name": "North" }]));
    }
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn who_is_limited_sees_of_above_and_below_what_is_in_reach() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    villages(&app, &tree).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.northern)).await;
    let answer = supervisor.run(CHILDREN, json!({ "first": 3 })).await;
    let upper = json!({ "name": "Upper", "ancestors": [{ "name": "Northern" }], "children": { "totalCount": 0, "nodes": [] } });
    let below = json!({ "totalCount": 1, "nodes": [{ "name": "Upper", "type": { "name": "Village" } }] });
    let expected = json!([{ "name": "Northern", "ancestors": [], "children": below }, upper]);
    assert_eq!(answer["data"]["projectSpace"]["locations"]["nodes"], expected, "{answer}");
    assert_eq!(names(&supervisor, json!({ "parentId": null })).await, json!([]));
    assert_eq!(names(&supervisor, json!({ "parentId": tree.north })).await, json!(["Northern"]));
    let code = "{ projectSpace(name: \"acme\") { location(siteCode: \"south\") { name } } }";
    assert_eq!(supervisor.run(code, json!({})).await["data"]["projectSpace"]["location"], Json::Null);
}
