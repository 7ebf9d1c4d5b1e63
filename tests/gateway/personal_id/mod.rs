//! PersonalID links of mobile workers, from the invite to the last session. Seed 000.

mod activate;
mod deactivate;
mod list;
mod read;

use crate::support::{Actor, TestApp};
use serde_json::{Value as Json, json};

pub const ACTIVATE: &str = "mutation($i: NodeInput!) {
    activatePersonalIdLink(input: $i) {
        mobileWorker { version passwordEditable personalIdLink { status statusChangedAt accessRequestedAt } }
        userErrors { code path }
    }
}";
pub const DEACTIVATE: &str = "mutation($i: NodeInput!) {
    deactivatePersonalIdLink(input: $i) {
        mobileWorker { version passwordEditable personalIdLink { status statusChangedAt accessRequestedAt } }
        userErrors { code path }
    }
}";
const LINK: &str = "query($id: ID!) { node(id: $id) { ... on MobileWorker {
    passwordEditable
    personalIdLink {
        status personalIdUsername linkedAt statusChangedAt accessRequestedAt
        pendingInvite { sentAt expiresAt delivery }
    }
} } }";

/// Gives `acme` the Connect feature, or takes it away.
pub async fn connect(app: &TestApp, on: bool) {
    let update = "mutation($i: UpdateProjectSpaceInput!) {
        updateProjectSpace(input: $i) { projectSpace { settings { connectEnabled } } userErrors { code } }
    }";
    let input = json!({ "projectSpace": "acme", "connectEnabled": on });
    let answer = app.admin().await.run(update, json!({ "i": input })).await;
    let settings = &answer["data"]["updateProjectSpace"]["projectSpace"]["settings"];
    assert_eq!(settings["connectEnabled"], on, "{answer}");
}

/// Links a worker of `acme` past the gateway, to an account of the same name.
pub async fn plant(app: &TestApp, username: &str, status: &str) {
    let sql = format!(
        "UPDATE mobile_worker SET personal_id_status = '{status}', personal_id_issuer = 'https://id.example',
         personal_id_subject = 'subject of {username}', personal_id_username = '{username}.id',
         personal_id_linked_at = created_at, personal_id_changed_at = created_at WHERE username = '{username}'"
    );
    app.rows(&sql).await.unwrap();
}

/// A worker's `passwordEditable` and `personalIdLink`, as this actor sees them.
pub async fn seen(actor: &Actor<'_>, id: &str) -> Json {
    let answer = actor.run(LINK, json!({ "id": id })).await;
    assert!(answer["data"]["node"].is_object(), "{answer}");
    answer["data"]["node"].clone()
}

/// The status of a worker's link, as this actor sees it.
pub async fn status(actor: &Actor<'_>, id: &str) -> Json {
    seen(actor, id).await["personalIdLink"]["status"].clone()
}
