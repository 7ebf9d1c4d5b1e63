//! PersonalID links of mobile workers, from the invite to the last session. Seed 000.

mod accept;
mod activate;
mod at_once;
mod deactivate;
mod invite;
mod link;
mod list;
mod login;
mod read;
mod request_access;
mod tokens;

use crate::support::{Actor, TestApp};
use fieldgate::outbound::personal_id::{LocalIssuer, LocalKey};
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

/// The issuer whose tokens the tests' gateway takes.
pub const ISSUER: &str = crate::support::PERSONAL_ID_ISSUER;
/// Whom they must be for.
pub const AUDIENCE: &str = crate::support::PERSONAL_ID_AUDIENCE;

pub const INVITE: &str = "mutation($i: NodeInput!) {
    invitePersonalId(input: $i) {
        mobileWorker { id version personalIdLink { status pendingInvite { sentAt expiresAt delivery } } }
        handover { link code }
        userErrors { code path }
    }
}";
pub const ACCEPT: &str = "mutation($i: AcceptPersonalIdInput!) {
    acceptPersonalIdInvite(input: $i) {
        linked { projectSpace projectSpaceName username status }
        userErrors { code path }
    }
}";
pub const LOGIN: &str = "mutation($i: PersonalIdLoginInput!) {
    loginWithPersonalId(input: $i) {
        accessToken refreshToken
        viewer { principal { signInMethod user { ... on MobileWorker { username } } } }
        userErrors { code path }
    }
}";
pub const REQUEST: &str = "mutation($i: PersonalIdAccessInput!) {
    requestPersonalIdAccess(input: $i) { userErrors { code path } }
}";
pub const LINK_OWN: &str = "mutation($i: LinkPersonalIdInput!) {
    linkPersonalId(input: $i) { mobileWorker { personalIdLink { status } } userErrors { code path } }
}";

/// A PersonalID with one key, whose pages the gateway reads.
pub fn issuer(app: &TestApp) -> LocalIssuer {
    let issuer = LocalIssuer::new(ISSUER.to_owned(), LocalKey::es256().unwrap());
    publish(app, &issuer);
    issuer
}

/// Lets the gateway read what the issuer says now.
pub fn publish(app: &TestApp, issuer: &LocalIssuer) {
    let discovery = format!("{ISSUER}/.well-known/openid-configuration");
    app.pages.put(&discovery, issuer.discovery().to_string());
    app.pages.put(&format!("{ISSUER}/jwks"), issuer.keys().to_string());
}

/// A token of this account's, as good as new.
pub fn token(app: &TestApp, issuer: &LocalIssuer, account: &str) -> String {
    issuer.token(account, AUDIENCE, app.services.clock.now()).unwrap()
}

/// Links a worker of `acme` past the gateway, to the issuer's account of this name.
pub async fn plant_for(app: &TestApp, username: &str, account: &str, status: &str) {
    plant(app, username, status).await;
    let subject = LocalIssuer::subject_of(account);
    let sql = format!(
        "UPDATE mobile_worker SET personal_id_issuer = '{ISSUER}', personal_id_subject = '{subject}',
         personal_id_username = '{account}' WHERE username = '{username}'"
    );
    app.rows(&sql).await.unwrap();
}

/// An invite that must succeed; what is to be handed over.
pub async fn invite(actor: &Actor<'_>, id: &str) -> Json {
    let answer = actor.run(INVITE, json!({ "i": { "id": id } })).await;
    let payload = &answer["data"]["invitePersonalId"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload["handover"].clone()
}

/// Signs in with PersonalID, which must succeed.
pub async fn sign_in<'a>(app: &'a TestApp, token: &str) -> Actor<'a> {
    let input = json!({ "projectSpace": "acme", "personalIdToken": token });
    let answer = app.stranger().run(LOGIN, json!({ "i": input })).await;
    let access = answer["data"]["loginWithPersonalId"]["accessToken"].as_str();
    let access = access.unwrap_or_else(|| panic!("{answer}"));
    app.stranger().with_authorization(&format!("Bearer {access}"))
}

/// The last part of a link.
pub fn token_of(link: &Json) -> String {
    link.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}
