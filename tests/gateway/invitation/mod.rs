//! Invitations of web users, from the mail to the membership.

mod accept;
mod at_once;
mod create;
mod delete;
mod link;
mod list;
mod page;
mod preview;
mod resend;
mod scope;
mod update;

use crate::support::{Actor, PASSWORD, TestApp};
use fieldgate::authn::{LinkSeed, TokenKey};
use serde_json::{Value as Json, json};

pub const INVITE: &str = "mutation($i: InviteWebUserInput!) {
    inviteWebUser(input: $i) {
        invitation {
            id email isAdmin status delivery invitedAt expiresAt timesSent version
            role { name } locations { name } primaryLocation { name }
        }
        userErrors { code path message }
    }
}";
pub const ACCEPT: &str = "mutation($i: AcceptInvitationInput!) {
    acceptInvitation(input: $i) {
        accessToken refreshToken expiresAt
        viewer {
            principal { signInMethod user { ... on WebUser { email firstName lastName } } }
            projectSpaces { isAdmin roleName projectSpace { name } locations { name } }
        }
        userErrors { code path message }
    }
}";

/// The secret of a new API key.
pub async fn api_key(owner: &Actor<'_>, input: Json) -> String {
    let create = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret } }";
    let made = owner.run(create, json!({ "i": input })).await;
    made["data"]["createApiKey"]["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// May edit web users everywhere, and is no admin.
pub const EDITOR: &[&str] = &["edit_web_users", "access_all_locations"];
/// May look at web users and invitations, and change nothing.
pub const VIEWER: &[&str] = &["view_web_users", "access_all_locations"];

/// Whom to invite where, with more of the input.
pub fn input(email: &str, more: Json) -> Json {
    let mut input = json!({ "projectSpace": "acme", "email": email });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// An invitation that must succeed.
pub async fn invite(actor: &Actor<'_>, email: &str, more: Json) -> Json {
    let answer = actor.run(INVITE, json!({ "i": input(email, more) })).await;
    let payload = &answer["data"]["inviteWebUser"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload["invitation"].clone()
}

/// The token of the link in the newest invitation to this address, as the sender of mails derives it.
pub async fn token(app: &TestApp, email: &str) -> String {
    let sql = format!(
        "SELECT CAST(data AS TEXT) FROM mail WHERE template = 'invitation' AND recipient = '{email}'
         ORDER BY created_at DESC"
    );
    let rows = app.rows(&sql).await.unwrap();
    let data: Json = serde_json::from_str(&rows[0][0]).unwrap();
    assert_eq!(data["link"]["path"], "/invitation/", "{data}");
    let seed = LinkSeed::from_hex(data["link"]["seed"].as_str().unwrap()).unwrap();
    TokenKey::new([7; 32]).link_token(&seed).reveal().to_owned()
}

/// What somebody without an account gives.
pub fn newcomer(token: &str) -> Json {
    json!({
        "token": token, "firstName": "Ana", "lastName": "Abreu", "password": PASSWORD, "agreeToTerms": true,
    })
}

/// Accepts as a newcomer, which must succeed.
pub async fn join(app: &TestApp, token: &str) -> Json {
    let answer = app.stranger().run(ACCEPT, json!({ "i": newcomer(token) })).await;
    let payload = &answer["data"]["acceptInvitation"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload.clone()
}

/// How many mails of a template are queued.
pub async fn mails(app: &TestApp, template: &str) -> usize {
    app.rows(&format!("SELECT recipient FROM mail WHERE template = '{template}'")).await.unwrap().len()
}

/// Everything that the database holds, as text.
pub async fn everything(app: &TestApp) -> String {
    let on_postgres = std::env::var_os("FIELDGATE_TEST_POSTGRES_URL").is_some();
    let tables = if on_postgres {
        "SELECT table_name::text FROM information_schema.tables
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_search%'"
    };
    let mut text = String::new();
    for row in app.rows(tables).await.unwrap() {
        let table = &row[0];
        let select = if on_postgres {
            format!("SELECT CAST(it AS TEXT) FROM \"{table}\" it")
        } else {
            let columns = app.rows(&format!("SELECT name FROM pragma_table_info('{table}')")).await.unwrap();
            let columns: Vec<_> = columns.iter().map(|column| format!("quote(\"{}\")", column[0])).collect();
            format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || "))
        };
        for row in app.rows(&select).await.unwrap() {
            text.push_str(&row[0]);
            text.push('\n');
        }
    }
    text
}
