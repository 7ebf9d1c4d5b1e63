//! Somebody limited to locations, who tries to see and to change what is out of their reach.

use super::{ARCHIVE, UPDATE, above, villages, workers};
use crate::scene::{
    SUPERVISOR, Tree, faults, group, ids, location, member, nowhere, pairs, worker_at, worker_with,
};
use crate::support::{Actor, TestApp};
use fieldgate::domain::MobileWorkerInput;
use serde_json::{Value as Json, json};

const ASSIGN: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) {
        mobileWorker { locations { name } primaryLocation { name } } userErrors { code path }
    }
}";
const WHERE: &str = "query($id: ID!) { node(id: $id) { ... on MobileWorker { locations { name } primaryLocation { name } } } }";

async fn places(actor: &Actor<'_>, worker: &str) -> Json {
    actor.run(WHERE, json!({ "id": worker })).await["data"]["node"].clone()
}

#[tokio::test]
async fn nothing_is_moved_out_of_ones_reach_or_into_it() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (_, upper, lower) = villages(&app, &tree).await;
    let second = location(&app, "Second", &tree.district, Some(&tree.north)).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let mv = |id: &str, parent: &str| json!({ "id": id, "parentId": parent });
    let out = pairs(&[("LOCATION_OUT_OF_REACH", "parentId")]);
    // Out: to a place that is not theirs, and to one that is nowhere, alike.
    assert_eq!(faults(&supervisor, UPDATE, mv(&upper, &tree.southern)).await, out);
    assert_eq!(faults(&supervisor, UPDATE, mv(&upper, &nowhere("lo"))).await, out);
    // In: it is not there to be moved.
    let variables = json!({ "i": mv(&lower, &tree.northern) });
    assert_eq!(supervisor.code(UPDATE, variables).await, "NOT_FOUND");
    assert_eq!(above(&admin, &lower).await, json!(["South", "Southern"]));
    // Within.
    assert_eq!(faults(&supervisor, UPDATE, mv(&upper, &second)).await, []);
    assert_eq!(above(&supervisor, &upper).await, json!(["North", "Second"]));
}

#[tokio::test]
async fn the_place_one_is_assigned_to_is_not_taken_out_of_others_reach() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    // Theirs: a district of the north, and the whole south.
    let at = [tree.northern.clone(), tree.south.clone()];
    let supervisor = member(&app, "Supervisor", SUPERVISOR, &at).await;
    let away = json!({ "id": tree.northern, "parentId": tree.south });
    assert_eq!(faults(&supervisor, UPDATE, away).await, pairs(&[("LOCATION_OUT_OF_REACH", "parentId")]));
    let top = json!({ "i": { "id": tree.northern, "parentId": null } });
    let answer = supervisor.run(UPDATE, top).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "location_required", "{answer}");
    assert_eq!(above(&admin, &tree.northern).await, json!(["North"]));
    // Renaming it is another thing.
    assert_eq!(faults(&supervisor, UPDATE, json!({ "id": tree.northern, "name": "Ours" })).await, []);
}

#[tokio::test]
async fn of_somebody_partly_outside_only_what_is_in_reach_is_seen_and_changed() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let second = location(&app, "Second", &tree.district, Some(&tree.north)).await;
    let input =
        MobileWorkerInput { locations: ids(&[&tree.south, &tree.northern]), ..MobileWorkerInput::default() };
    let worker = worker_with(&app, "amina", input).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    // The primary place is the one outside: it is not shown, and not lost.
    let shown = json!({ "locations": [{ "name": "Northern" }], "primaryLocation": null });
    assert_eq!(places(&supervisor, &worker).await, shown);
    let moved = json!({ "id": worker, "locationIds": [second] });
    assert_eq!(faults(&supervisor, ASSIGN, moved).await, []);
    let all = json!({ "locations": [{ "name": "Second" }, { "name": "South" }], "primaryLocation": { "name": "South" } });
    assert_eq!(places(&admin, &worker).await, all);

    // Taking the last place in reach away takes them out of sight: not for the supervisor to do, whichever way.
    let none = json!({ "i": { "id": worker, "locationIds": [] } });
    let answer = supervisor.run(ASSIGN, none).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "location_required", "{answer}");
    let outside = json!({ "id": worker, "locationIds": [tree.south] });
    assert_eq!(
        faults(&supervisor, ASSIGN, outside).await,
        pairs(&[("LOCATION_OUT_OF_REACH", "locationIds")])
    );
    let more = json!({ "id": worker, "locationIds": [second, tree.southern] });
    assert_eq!(faults(&supervisor, ASSIGN, more).await, pairs(&[("LOCATION_OUT_OF_REACH", "locationIds.1")]));
    assert_eq!(places(&admin, &worker).await, all);
    // Who reaches everything replaces everything.
    assert_eq!(faults(&admin, ASSIGN, json!({ "id": worker, "locationIds": [second] })).await, []);
    assert_eq!(places(&admin, &worker).await["locations"], json!([{ "name": "Second" }]));
}

const AT: &str = "query($at: [ID!], $below: Boolean!) { projectSpace(name: \"acme\") {
    mobileWorkers(filter: { locationIds: $at, includeSublocations: $below }) { totalCount nodes { username } }
} }";

/// How many workers the actor finds at a place, by both of the ways to ask.
async fn found(actor: &Actor<'_>, at: &str, below: bool) -> usize {
    let answer = actor.run(AT, json!({ "at": [at], "below": below })).await;
    let found = &answer["data"]["projectSpace"]["mobileWorkers"];
    let number = found["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).len();
    assert_eq!(found["totalCount"], number, "{answer}");
    number
}

#[tokio::test]
async fn a_filter_by_a_place_out_of_reach_tells_nothing_of_who_is_there() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    worker_at(&app, "both", &[&tree.northern, &tree.south]).await;
    worker_at(&app, "one", &[&tree.northern]).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.northern)).await;
    assert_eq!((found(&admin, &tree.south, false).await, found(&admin, &tree.north, true).await), (1, 2));
    for (at, below, number) in [
        (&tree.northern, false, 2),
        (&tree.south, false, 0),
        (&tree.south, true, 0),
        (&tree.north, true, 0),
        (&nowhere("lo"), true, 0),
    ] {
        assert_eq!(found(&supervisor, at, below).await, number, "{at} {below}");
    }
    // The REST API's filter alike, and its objects.
    let permissions = ["edit_commcare_users", "access_api"];
    let script = member(&app, "Script", &permissions, std::slice::from_ref(&tree.north)).await;
    let plain = |id: &str| id.strip_prefix("lo_").unwrap().to_owned();
    let list = async |query: &str| {
        let answer = script.get(&format!("/a/acme/api/user/v1/{query}")).await.json();
        let objects = answer["objects"].as_array().unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(answer["meta"]["total_count"], objects.len(), "{answer}");
        objects.clone()
    };
    assert_eq!(list(&format!("?location={}", plain(&tree.south))).await.len(), 0);
    let both = list("?username=both").await.remove(0);
    assert_eq!(both["locations"], json!([plain(&tree.northern)]));
    // What was read may be sent back, and what was not shown stays.
    let uri = both["resource_uri"].as_str().unwrap();
    let same = script.put(uri, &json!({ "locations": both["locations"] })).await;
    assert_eq!(same.status.as_u16(), 200, "{}", same.text);
    assert_eq!(found(&admin, &tree.south, false).await, 1);
}

#[tokio::test]
async fn a_primary_place_out_of_reach_is_not_lost_by_sending_back_what_was_shown() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let second = location(&app, "Second", &tree.district, Some(&tree.north)).await;
    let at = |places: &[&str]| MobileWorkerInput { locations: ids(places), ..MobileWorkerInput::default() };
    let hidden = worker_with(&app, "hidden", at(&[&tree.south, &tree.northern])).await;
    let shown = worker_with(&app, "shown", at(&[&tree.northern, &tree.south])).await;
    let permissions = ["edit_commcare_users", "access_api"];
    let script = member(&app, "Script", &permissions, std::slice::from_ref(&tree.north)).await;
    let uri = format!("/a/acme/api/user/v1/{}/", hidden.strip_prefix("mw_").unwrap());
    let read = script.get(&uri).await.json();
    assert_eq!((&read["primary_location"], read["locations"].as_array().unwrap().len()), (&Json::Null, 1));
    for body in [
        json!({ "locations": read["locations"], "primary_location": read["primary_location"] }),
        json!({ "primary_location": "" }),
    ] {
        let answer = script.put(&uri, &body).await;
        assert_eq!(answer.status.as_u16(), 200, "{body}: {}", answer.text);
        let all = json!({ "locations": [{ "name": "Northern" }, { "name": "South" }], "primaryLocation": { "name": "South" } });
        let mut now = places(&admin, &hidden).await;
        now["locations"].as_array_mut().unwrap().sort_by_key(|place| place["name"].to_string());
        assert_eq!(now, all, "{body}");
    }
    // One that is shown goes with its place.
    let moved = json!({ "id": shown, "locationIds": [second] });
    assert_eq!(faults(&script, ASSIGN, moved).await, []);
    let now = places(&admin, &shown).await;
    assert_eq!(now["primaryLocation"], json!({ "name": "Second" }));
    assert_eq!(faults(&script, ASSIGN, json!({ "id": shown, "primaryLocationId": null })).await, []);
    assert_eq!(places(&admin, &shown).await["primaryLocation"], Json::Null);
}

#[tokio::test]
async fn counts_and_groups_tell_only_of_whom_one_sees() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let nurses = group(&app, "nurses").await;
    for (name, place) in [("amina", &tree.northern), ("bo", &tree.southern), ("che", &tree.south)] {
        let input = MobileWorkerInput {
            locations: ids(&[place]),
            groups: ids(&[&nurses]),
            ..MobileWorkerInput::default()
        };
        worker_with(&app, name, input).await;
    }
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    assert_eq!(workers(&supervisor).await, json!(["amina"]));
    let query =
        "query($id: ID!) { node(id: $id) { ... on Group { members { totalCount nodes { username } } } } }";
    let answer = supervisor.run(query, json!({ "id": nurses })).await;
    let members = json!({ "totalCount": 1, "nodes": [{ "username": "amina" }] });
    assert_eq!(answer["data"]["node"]["members"], members, "{answer}");
}

#[tokio::test]
async fn what_is_out_of_reach_is_not_there_to_be_archived_taken_away_or_looked_up() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let delete = "mutation($i: NodeInput!) { deleteLocation(input: $i) { userErrors { code path } } }";
    for mutation in [ARCHIVE, super::UNARCHIVE, delete] {
        for id in [&tree.south, &tree.southern, &nowhere("lo")] {
            assert_eq!(supervisor.code(mutation, json!({ "i": { "id": id } })).await, "NOT_FOUND");
        }
    }
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert_eq!(supervisor.run(node, json!({ "id": tree.south })).await["data"]["node"], Json::Null);
    // Who is limited and has no place at all sees nothing and changes nothing.
    let lost = member(&app, "Lost", SUPERVISOR, &[]).await;
    assert_eq!(super::all(&lost, true).await, json!([]));
    assert_eq!(lost.code(ARCHIVE, json!({ "i": { "id": tree.north } })).await, "NOT_FOUND");
    assert_eq!(super::all(&admin, false).await.as_array().unwrap().len(), 4);
}
