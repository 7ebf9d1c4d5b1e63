use super::GROUPER;
use crate::scene::{SUPERVISOR, Tree, faults, group, ids, member, visit, worker_with};
use crate::support::{Actor, TestApp};
use fieldgate::domain::MobileWorkerInput;
use serde_json::{Value as Json, json};

const GROUPS: &str = "query($f: GroupFilter, $first: Int, $after: String) { projectSpace(name: \"acme\") {
    groups(filter: $f, first: $first, after: $after) { totalCount nodes { name isDeleted } pageInfo { endCursor hasNextPage } }
} }";
const MEMBERS: &str = "query($first: Int, $members: Int) { projectSpace(name: \"acme\") { groups(first: $first) {
    nodes { name members(first: $members) { totalCount nodes { username groups { name } } pageInfo { hasNextPage } } }
} } }";

async fn names(actor: &Actor<'_>, filter: Json) -> Vec<String> {
    let answer = actor.run(GROUPS, json!({ "f": filter })).await;
    let groups = &answer["data"]["projectSpace"]["groups"];
    let nodes = groups["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(groups["totalCount"], nodes.len(), "{answer}");
    nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn groups_are_found_by_words_of_their_name_and_deleted_ones_when_asked_for() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for name in ["Drivers East", "Nurses East", "Élèves", "100%", "a_b"] {
        group(&app, name).await;
    }
    let gone = group(&app, "Nurses West").await;
    let delete = "mutation($i: NodeInput!) { deleteGroup(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": gone })).await, []);

    assert_eq!(names(&admin, json!({ "search": "EAST" })).await, ["Drivers East", "Nurses East"]);
    assert_eq!(names(&admin, json!({ "search": "east urs" })).await, ["Nurses East"]);
    // An accent that is typed by itself, and a capital one.
    assert_eq!(names(&admin, json!({ "search": "e\u{301}L" })).await, ["Élèves"]);
    assert_eq!(names(&admin, json!({ "search": "%" })).await, ["100%"]);
    assert_eq!(names(&admin, json!({ "search": "a_b" })).await, ["a_b"]);
    assert_eq!(names(&admin, json!({ "search": "west" })).await, Vec::<String>::new());
    assert_eq!(names(&admin, json!({ "search": "west", "includeDeleted": true })).await, ["Nurses West"]);
    assert_eq!(names(&admin, json!({})).await.len(), 5);
    assert_eq!(names(&admin, json!({ "includeDeleted": true })).await.len(), 6);
    let long = json!({ "f": { "search": "x".repeat(101) } });
    assert_eq!(admin.code(GROUPS, long).await, "BAD_REQUEST");
}

#[tokio::test]
async fn a_renamed_group_is_found_by_its_new_name() {
    let app = TestApp::spawn().await;
    let (admin, id) = (app.admin().await, group(&app, "nurses").await);
    let update = "mutation($i: UpdateGroupInput!) { updateGroup(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, update, json!({ "id": id, "name": "Midwives" })).await, []);
    assert_eq!(names(&admin, json!({ "search": "midw" })).await, ["Midwives"]);
    assert_eq!(names(&admin, json!({ "search": "nurs" })).await, Vec::<String>::new());
}

/// Five groups, `g0` with no member to `g4` with four.
async fn five(app: &TestApp, tree: &Tree) {
    let mut groups = Vec::new();
    for number in 0..5 {
        groups.push(group(app, &format!("g{number}")).await);
    }
    for number in 0..4 {
        let within: Vec<&str> = groups.iter().skip(number + 1).map(String::as_str).collect();
        let at = if number % 2 == 0 { &tree.northern } else { &tree.southern };
        let input = MobileWorkerInput { groups: ids(&within), locations: ids(&[at]), ..Default::default() };
        worker_with(app, &format!("w{number}"), input).await;
    }
}

#[tokio::test]
async fn the_members_of_all_groups_of_a_page_cost_as_much_as_those_of_one() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    five(&app, &tree).await;
    let everywhere = member(&app, "Grouper", GROUPER, &[]).await;
    let limited = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    for (actor, seen) in [(&everywhere, [0, 1, 2, 3, 4]), (&limited, [0, 1, 1, 2, 2])] {
        visit(actor).await;
        let mut costs = Vec::new();
        for first in [2, 5] {
            app.statements();
            let answer = actor.run(MEMBERS, json!({ "first": first, "members": 2 })).await;
            costs.push(app.statements().len());
            let nodes = answer["data"]["projectSpace"]["groups"]["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), first, "{answer}");
            for (node, seen) in nodes.iter().zip(seen) {
                let members = &node["members"];
                let names: Vec<_> = members["nodes"].as_array().unwrap().iter().collect();
                assert_eq!((&members["totalCount"], names.len()), (&json!(seen), seen.min(2)), "{answer}");
                assert_eq!(members["pageInfo"]["hasNextPage"], seen > 2, "{answer}");
                assert!(names.is_sorted_by_key(|worker| worker["username"].as_str().unwrap()), "{answer}");
            }
        }
        // Session, rights, project space; groups, their members, how many, the members' groups.
        assert_eq!(costs, [7, 7]);
    }
}

#[tokio::test]
async fn the_members_of_one_group_are_paged_through() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    five(&app, &tree).await;
    let admin = app.admin().await;
    let query = "query($after: String) { projectSpace(name: \"acme\") { groups(filter: { search: \"g4\" }) { nodes {
        members(first: 2, after: $after) { nodes { username } pageInfo { endCursor hasNextPage hasPreviousPage } }
    } } } }";
    let mut seen = Vec::new();
    let mut after = Json::Null;
    loop {
        let answer = admin.run(query, json!({ "after": after })).await;
        let members = &answer["data"]["projectSpace"]["groups"]["nodes"][0]["members"];
        assert_eq!(members["pageInfo"]["hasPreviousPage"], !after.is_null(), "{answer}");
        seen.extend(members["nodes"].as_array().unwrap().iter().map(|node| node["username"].clone()));
        if members["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = members["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, ["w0", "w1", "w2", "w3"]);
    // A cursor is good for the list that gave it alone.
    let other = query.replace("g4", "g3");
    assert_eq!(admin.code(&other, json!({ "after": after })).await, "BAD_REQUEST");
}

#[tokio::test]
async fn who_may_not_sign_in_is_a_member_only_when_asked_for_and_who_is_deleted_never() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    five(&app, &tree).await;
    let admin = app.admin().await;
    let find =
        "query($name: String) { projectSpace(name: \"acme\") { mobileWorker(username: $name) { id } } }";
    for (name, mutation) in [("w1", "deactivateMobileWorker"), ("w2", "deleteMobileWorker")] {
        let found = admin.run(find, json!({ "name": name })).await;
        let id = found["data"]["projectSpace"]["mobileWorker"]["id"].clone();
        let mutation =
            format!("mutation($i: NodeInput!) {{ {mutation}(input: $i) {{ userErrors {{ code path }} }} }}");
        assert_eq!(faults(&admin, &mutation, json!({ "id": id })).await, []);
    }
    let query = "query($all: Boolean!, $after: String) { projectSpace(name: \"acme\") {
        groups(filter: { search: \"g4\" }) { nodes {
            members(first: 2, after: $after, includeInactive: $all) { totalCount nodes { username } pageInfo { endCursor } }
        } }
    } }";
    let members = async |all: bool, after: Json| {
        let answer = admin.run(query, json!({ "all": all, "after": after })).await;
        let members = answer["data"]["projectSpace"]["groups"]["nodes"][0]["members"].clone();
        assert!(members.is_object(), "{answer}");
        let names = members["nodes"].as_array().unwrap().iter();
        let names: Vec<_> = names.map(|node| node["username"].as_str().unwrap().to_owned()).collect();
        (names, members["totalCount"].clone(), members["pageInfo"]["endCursor"].clone())
    };
    let (names, total, _) = members(false, Json::Null).await;
    assert_eq!((names, total), (vec!["w0".to_owned(), "w3".to_owned()], json!(2)));
    let (names, total, cursor) = members(true, Json::Null).await;
    assert_eq!((names, total), (vec!["w0".to_owned(), "w1".to_owned()], json!(3)));
    assert_eq!(members(true, cursor).await.0, ["w3"]);
}
