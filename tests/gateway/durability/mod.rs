//! A change that was acknowledged is visible to other processes at once, and still there after the gateway was closed. A
//! request that got an error may have been stored or not.

mod cancelled;
mod faults;
mod full_disk;
mod lost_connection;
mod read_only;

use crate::support::{Actor, TestApp};
use serde_json::json;
use std::collections::BTreeSet;

const CREATE: &str =
    "mutation($i: CreateGroupInput!) { createGroup(input: $i) { group { id } userErrors { code } } }";

/// Creates a group; the error's code if it was not acknowledged.
async fn create(actor: &Actor<'_>, name: &str) -> Result<(), String> {
    let answer = actor.run(CREATE, json!({ "i": { "projectSpace": "acme", "name": name } })).await;
    let payload = &answer["data"]["createGroup"];
    if payload["group"]["id"].is_string() {
        return Ok(());
    }
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    let code = code.or(payload["userErrors"][0]["code"].as_str());
    Err(code.unwrap_or_else(|| panic!("neither a group nor an error: {answer}")).to_owned())
}

/// Creates groups, with ordinary refusals between them: each refusal rolls a transaction back.
async fn create_some(actor: &Actor<'_>, prefix: &str, acknowledged: &mut BTreeSet<String>) {
    for number in 0..3 {
        let name = format!("{prefix}-{number}");
        assert_eq!(create(actor, &name).await, Ok(()), "{name}");
        assert_eq!(create(actor, &name).await, Err("NAME_TAKEN".to_owned()), "{name}");
        acknowledged.insert(name);
    }
}

/// The names of all groups, as a second connection sees them.
async fn stored(app: &TestApp) -> BTreeSet<String> {
    app.rows("SELECT name FROM user_group").await.unwrap().into_iter().flatten().collect()
}

/// The names of all groups after the gateway closed its connections.
async fn stored_after_closing(app: &TestApp) -> BTreeSet<String> {
    app.services.store.clone().close().await.unwrap();
    stored(app).await
}
