mod add_members;
mod create;
mod delete;
mod list;
mod remove_members;
mod restore;
mod update;

use crate::support::Actor;
use serde_json::{Value as Json, json};

/// Changes groups and who is in them, and sees all workers.
const GROUPER: &[&str] = &["edit_groups", "view_commcare_users", "access_all_locations"];

/// The usernames of a group's members, as this actor sees them, and how many it says there are.
async fn members(actor: &Actor<'_>, group: &str) -> Json {
    let query =
        "query($id: ID!) { node(id: $id) { ... on Group { members { totalCount nodes { username } } } } }";
    let answer = actor.run(query, json!({ "id": group })).await;
    let members = &answer["data"]["node"]["members"];
    let names: Vec<_> = members["nodes"].as_array().unwrap().iter().map(|node| &node["username"]).collect();
    assert_eq!(members["totalCount"], names.len(), "{answer}");
    json!(names)
}

/// The names of a worker's groups.
async fn groups_of(actor: &Actor<'_>, worker: &str) -> Json {
    let query = "query($id: ID!) { node(id: $id) { ... on MobileWorker { groups { name } } } }";
    let answer = actor.run(query, json!({ "id": worker })).await;
    let groups = answer["data"]["node"]["groups"].as_array().unwrap_or_else(|| panic!("{answer}"));
    json!(groups.iter().map(|group| &group["name"]).collect::<Vec<_>>())
}
