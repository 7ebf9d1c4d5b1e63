mod archive;
mod create;
mod create_type;
mod delete;
mod delete_type;
mod list;
mod reach;
mod unarchive;
mod update;
mod update_type;

use crate::scene::location;
use crate::support::{Actor, TestApp};
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateLocationInput!) {
    updateLocation(input: $i) {
        location {
            id name siteCode type { name } parent { name } latitude longitude metadata isArchived version
            ancestors { name }
        }
        userErrors { code path }
    }
}";
const ARCHIVE: &str = "mutation($i: NodeInput!) {
    archiveLocation(input: $i) { location { isArchived version } userErrors { code path } }
}";
const UNARCHIVE: &str = "mutation($i: NodeInput!) {
    unarchiveLocation(input: $i) { location { isArchived version } userErrors { code path } }
}";

/// The names of the places above one, from the top down, as this actor sees them.
async fn above(actor: &Actor<'_>, id: &str) -> Json {
    let query = "query($id: ID!) { node(id: $id) { ... on Location { ancestors { name } } } }";
    let answer = actor.run(query, json!({ "id": id })).await;
    let names = answer["data"]["node"]["ancestors"].as_array().unwrap_or_else(|| panic!("{answer}"));
    json!(names.iter().map(|place| &place["name"]).collect::<Vec<_>>())
}

/// The names of all places that the actor sees, archived ones too if so asked, with how many it says there are.
async fn all(actor: &Actor<'_>, include_archived: bool) -> Json {
    let query = "query($archived: Boolean!) { projectSpace(name: \"acme\") {
        locations(first: 100, filter: { includeArchived: $archived }) { totalCount nodes { name } }
    } }";
    let answer = actor.run(query, json!({ "archived": include_archived })).await;
    let found = &answer["data"]["projectSpace"]["locations"];
    let names: Vec<_> = found["nodes"].as_array().unwrap().iter().map(|place| &place["name"]).collect();
    assert_eq!(found["totalCount"], names.len(), "{answer}");
    json!(names)
}

/// The usernames of the workers that the actor sees.
async fn workers(actor: &Actor<'_>) -> Json {
    let query =
        "{ projectSpace(name: \"acme\") { mobileWorkers(first: 100) { totalCount nodes { username } } } }";
    let answer = actor.run(query, json!({})).await;
    let found = &answer["data"]["projectSpace"]["mobileWorkers"];
    let names: Vec<_> = found["nodes"].as_array().unwrap().iter().map(|worker| &worker["username"]).collect();
    assert_eq!(found["totalCount"], names.len(), "{answer}");
    json!(names)
}

/// Villages below the districts, on a level of their own.
async fn villages(app: &TestApp, tree: &crate::scene::Tree) -> (String, String, String) {
    let village = crate::scene::location_type(app, "Village", Some(&tree.district)).await;
    let upper = location(app, "Upper", &village, Some(&tree.northern)).await;
    let lower = location(app, "Lower", &village, Some(&tree.southern)).await;
    (village, upper, lower)
}
