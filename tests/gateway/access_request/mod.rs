//! Requests to be let into a project space.

mod create;
mod reject;

use crate::scene::faults;
use crate::support::{Actor, TestApp};
use serde_json::{Value as Json, json};

pub const REQUEST: &str =
    "mutation($i: RequestAccessInput!) { requestAccess(input: $i) { userErrors { code path } } }";
pub const LIST: &str = "{ projectSpace(name: \"acme\") { accessRequests {
    nodes { id email isSignedIn fullName message requestedAt } totalCount
} } }";

/// `acme` lets strangers ask.
pub async fn open(app: &TestApp) {
    let update = "mutation($i: UpdateProjectSpaceInput!) {
        updateProjectSpace(input: $i) { projectSpace { id } userErrors { code } }
    }";
    let input = json!({ "projectSpace": "acme", "allowAccessRequests": true });
    assert_eq!(faults(&app.admin().await, update, input).await, []);
}

/// What a stranger asks.
pub fn ana() -> Json {
    json!({ "projectSpace": "acme", "email": "ana@example.org", "fullName": "Ana Abreu", "message": "I am new" })
}

/// The open requests that somebody sees.
pub async fn requests(actor: &Actor<'_>) -> Vec<Json> {
    let answer = actor.run(LIST, json!({})).await;
    let list = &answer["data"]["projectSpace"]["accessRequests"];
    let nodes = list["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    assert_eq!(list["totalCount"], nodes.len(), "{answer}");
    nodes
}
