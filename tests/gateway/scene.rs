//! What tests start with: a tree of places, roles, groups and workers of `acme`, made by the operator over the use cases,
//! and the checks that every mutation shares.

use crate::support::{Actor, PASSWORD, TestApp, operator};
use fieldgate::domain::{
    CustomPermissionInput, GroupInput, LocationInput, LocationTypeInput, MobileWorkerInput, Patch, RoleInput,
};
use fieldgate::service::mobile_worker::NewPassword;
use fieldgate::service::{custom_permission, group, location, mobile_worker, role};
use serde_json::{Value as Json, json};

/// Edits mobile workers, below their own locations only.
pub const SUPERVISOR: &[&str] = &["edit_commcare_users", "edit_locations"];
/// Sees mobile workers everywhere and changes none.
pub const VIEWER: &[&str] = &["view_commcare_users", "access_all_locations"];
/// Edits mobile workers everywhere.
pub const EDITOR: &[&str] = &["edit_commcare_users", "access_all_locations"];

/// Two regions, `North` and `South`, with a district below each.
pub struct Tree {
    pub region: String,
    pub district: String,
    pub north: String,
    pub south: String,
    pub northern: String,
    pub southern: String,
}

impl Tree {
    pub async fn plant(app: &TestApp) -> Self {
        let region = location_type(app, "Region", None).await;
        let district = location_type(app, "District", Some(&region)).await;
        let north = location(app, "North", &region, None).await;
        let south = location(app, "South", &region, None).await;
        let northern = location(app, "Northern", &district, Some(&north)).await;
        let southern = location(app, "Southern", &district, Some(&south)).await;
        Self { region, district, north, south, northern, southern }
    }
}

/// A role of `acme`; its global id.
pub async fn role(app: &TestApp, name: &str, permissions: &[&str]) -> String {
    role_of(app, "acme", name, permissions, false).await
}

pub async fn role_of(app: &TestApp, space: &str, name: &str, permissions: &[&str], open: bool) -> String {
    let input = RoleInput {
        name: name.to_owned(),
        permissions: permissions.iter().map(|name| ((*name).to_owned(), None)).collect(),
        assignable_by: Vec::new(),
        editable_by_non_admins: open,
    };
    role::create(&app.services, &operator(), space, &input).await.unwrap().id.to_string()
}

/// A permission that `acme` declares, which takes items; its global id.
pub async fn declare(app: &TestApp, name: &str) -> String {
    let input = CustomPermissionInput {
        name: name.to_owned(),
        description: "Do what our own policy asks this for.".to_owned(),
        can_be_limited: true,
    };
    custom_permission::create(&app.services, &operator(), "acme", &input).await.unwrap().id.to_string()
}

/// A role that those with another role may give.
pub async fn role_given_by(app: &TestApp, name: &str, permissions: &[&str], giver: &str) -> String {
    let input = RoleInput {
        name: name.to_owned(),
        permissions: permissions.iter().map(|name| ((*name).to_owned(), None)).collect(),
        assignable_by: vec![giver.to_owned()],
        editable_by_non_admins: false,
    };
    role::create(&app.services, &operator(), "acme", &input).await.unwrap().id.to_string()
}

pub async fn location_type(app: &TestApp, name: &str, parent: Option<&str>) -> String {
    location_type_of(app, "acme", name, parent).await
}

pub async fn location_type_of(app: &TestApp, space: &str, name: &str, parent: Option<&str>) -> String {
    let input = LocationTypeInput {
        name: name.to_owned(),
        parent: parent.map(ToOwned::to_owned),
        ..LocationTypeInput::default()
    };
    location::create_type(&app.services, &operator(), space, &input).await.unwrap().id.to_string()
}

pub async fn location(app: &TestApp, name: &str, level: &str, parent: Option<&str>) -> String {
    location_of(app, "acme", name, level, parent).await
}

pub async fn location_of(
    app: &TestApp,
    space: &str,
    name: &str,
    level: &str,
    parent: Option<&str>,
) -> String {
    let input = LocationInput {
        name: name.to_owned(),
        location_type: level.to_owned(),
        parent: parent.map(ToOwned::to_owned),
        ..LocationInput::default()
    };
    location::create(&app.services, &operator(), space, &input).await.unwrap().id.to_string()
}

pub async fn group(app: &TestApp, name: &str) -> String {
    group_of(app, "acme", name).await
}

pub async fn group_of(app: &TestApp, space: &str, name: &str) -> String {
    let input = GroupInput { name: name.to_owned(), reporting: true, ..GroupInput::default() };
    group::create(&app.services, &operator(), space, &input).await.unwrap().id.to_string()
}

/// A worker of `acme` who cannot sign in: no password is hashed, so that many are made quickly.
pub async fn worker(app: &TestApp, username: &str) -> String {
    worker_with(app, username, MobileWorkerInput::default()).await
}

pub async fn worker_at(app: &TestApp, username: &str, locations: &[&str]) -> String {
    let input = MobileWorkerInput { locations: ids(locations), ..MobileWorkerInput::default() };
    worker_with(app, username, input).await
}

pub async fn worker_with(app: &TestApp, username: &str, input: MobileWorkerInput) -> String {
    worker_of(app, "acme", username, input).await
}

pub async fn worker_of(app: &TestApp, space: &str, username: &str, input: MobileWorkerInput) -> String {
    let hash = NewPassword::Hashed("no password".to_owned());
    let made = mobile_worker::create(&app.services, &operator(), space, username, &input, hash).await;
    made.unwrap().id.to_string()
}

/// A worker of `acme` who can sign in with [`crate::support::WORKER_PASSWORD`].
pub async fn worker_who_signs_in(app: &TestApp, username: &str) -> String {
    let password = crate::support::WORKER_PASSWORD.to_owned().into();
    let input = MobileWorkerInput { password: Patch::Set(password), ..MobileWorkerInput::default() };
    let made =
        mobile_worker::create(&app.services, &operator(), "acme", username, &input, NewPassword::Given).await;
    made.unwrap().id.to_string()
}

pub fn ids(ids: &[&str]) -> Patch<Vec<String>> {
    Patch::Set(ids.iter().map(|id| (*id).to_owned()).collect())
}

/// A web user of `acme` with a new role of these permissions.
pub async fn member<'a>(app: &'a TestApp, name: &str, permissions: &[&str], at: &[String]) -> Actor<'a> {
    role(app, name, permissions).await;
    app.web_user(&format!("{}@acme.example", name.to_lowercase().replace(' ', ".")), name, at).await
}

/// Somebody's first request of an hour, which also notes that they were here: what follows costs what it always costs.
pub async fn visit(actor: &Actor<'_>) {
    actor.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
}

/// The admin of another project space, `globex`.
pub async fn outsider(app: &TestApp) -> Actor<'_> {
    app.space("globex", "admin@globex.example").await;
    app.sign_in("admin@globex.example", PASSWORD).await
}

/// Somebody of the space without the permission hears what is missing; a stranger, to sign in; an admin of another
/// space, exactly what they would hear of a thing that does not exist. Nothing is written.
pub async fn assert_denied(
    app: &TestApp,
    member: &Actor<'_>,
    mutation: &str,
    [input, unknown]: [Json; 2],
    (reason, missing): (&str, &[&str]),
) {
    let outsider = outsider(app).await;
    let before = entries(app, "").await.len();
    let (input, unknown) = (json!({ "i": input }), json!({ "i": unknown }));

    let answer = member.run(mutation, input.clone()).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "FORBIDDEN", "{answer}");
    assert_eq!(
        (&extensions["reason"], &extensions["missing"]),
        (&json!(reason), &json!(missing)),
        "{answer}"
    );
    assert!(extensions["decisionId"].as_str().unwrap().len() > 32, "{answer}");
    assert!(extensions["policy"].as_str().unwrap().starts_with("standard@"), "{answer}");
    assert!(answer["data"].is_null(), "{answer}");

    assert_eq!(app.stranger().code(mutation, input.clone()).await, "UNAUTHENTICATED");
    assert_eq!(app.stranger().code(mutation, unknown.clone()).await, "UNAUTHENTICATED");

    assert_not_found(&outsider, mutation, &input, &unknown).await;
    assert_eq!(member.code(mutation, unknown).await, "NOT_FOUND");
    assert_eq!(entries(app, "").await.len(), before, "something was written");
}

/// Both are `NOT_FOUND`, and nothing in the answers tells them apart.
pub async fn assert_not_found(actor: &Actor<'_>, document: &str, hidden: &Json, unknown: &Json) {
    assert_eq!(actor.code(document, hidden.clone()).await, "NOT_FOUND");
    let (hidden, unknown) =
        (actor.run(document, hidden.clone()).await, actor.run(document, unknown.clone()).await);
    assert_eq!(hidden, unknown);
}

/// One audit entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub action: String,
    pub principal: String,
    pub channel: String,
    pub request: String,
    pub kind: String,
    pub resource: String,
    pub policy: String,
    pub changes: Json,
}

impl Entry {
    /// What a field was before and after.
    pub fn change(&self, field: &str) -> Option<(Json, Json)> {
        let changes = self.changes.as_array().unwrap();
        let change = changes.iter().find(|change| change["field"] == field)?;
        Some((change["from"].clone(), change["to"].clone()))
    }
}

/// The audit entries of one request, or all of them.
pub async fn entries(app: &TestApp, request: &str) -> Vec<Entry> {
    let rows = app
        .rows(
            "SELECT action, principal_id, channel, request_id, resource_kind, resource_id, policy, \
             CAST(changes AS TEXT) FROM audit_entry ORDER BY at, id",
        )
        .await
        .unwrap();
    let entry = |row: Vec<String>| {
        let [action, principal, channel, request, kind, resource, policy, changes] = row.try_into().unwrap();
        let changes = serde_json::from_str(&changes).unwrap();
        Entry { action, principal, channel, request, kind, resource, policy, changes }
    };
    let all = rows.into_iter().map(entry);
    all.filter(|entry| request.is_empty() || entry.request == request).collect()
}

/// Runs a mutation that must succeed, and gives its payload and the one audit entry that it wrote.
pub async fn audited(actor: &Actor<'_>, app: &TestApp, mutation: &str, variables: Json) -> (Json, Entry) {
    let id = format!("audited-{}", uuid::Uuid::new_v4().as_simple());
    let headers = [("content-type", "application/json"), ("x-request-id", id.as_str())];
    let body = json!({ "query": mutation, "variables": variables }).to_string();
    let answer =
        actor.send(poem::http::Method::POST, "/graphql", &headers, poem::Body::from_string(body)).await;
    let answer = answer.json();
    let payload = answer["data"].as_object().and_then(|data| data.values().next()).cloned();
    let payload = payload.unwrap_or_else(|| panic!("no payload in {answer}"));
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    let mut written = entries(app, &id).await;
    assert_eq!(written.len(), 1, "{written:?}");
    let entry = written.remove(0);
    assert_eq!(entry.channel, "graphql");
    for secret in ["password_hash", "argon2", PASSWORD, crate::support::WORKER_PASSWORD] {
        assert!(!format!("{entry:?}").contains(secret), "{entry:?}");
    }
    (payload, entry)
}

/// Codes and paths of the faults of a mutation's input.
pub async fn faults(actor: &Actor<'_>, mutation: &str, input: Json) -> Vec<(String, String)> {
    let answer = actor.run(mutation, json!({ "i": input })).await;
    let payload = answer["data"].as_object().and_then(|data| data.values().next()).cloned();
    let payload = payload.unwrap_or_else(|| panic!("no payload in {answer}"));
    let fault = |fault: &Json| {
        let path: Vec<_> =
            fault["path"].as_array().into_iter().flatten().map(|step| step.as_str().unwrap()).collect();
        (fault["code"].as_str().unwrap().to_owned(), path.join("."))
    };
    payload["userErrors"].as_array().unwrap().iter().map(fault).collect()
}

/// Pairs of texts, as [`faults`] gives them.
pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(code, path)| ((*code).to_owned(), (*path).to_owned())).collect()
}

/// An id of this kind that nothing has.
pub fn nowhere(prefix: &str) -> String {
    format!("{prefix}_{}", "0".repeat(32))
}

/// The token of the link in the newest mail of this template to this address, as the sender of mails derives it.
pub async fn link_token(app: &TestApp, template: &str, email: &str, path: &str) -> String {
    let sql = format!(
        "SELECT CAST(data AS TEXT) FROM mail WHERE template = '{template}' AND recipient = '{email}'
         ORDER BY created_at DESC, id DESC"
    );
    let rows = app.rows(&sql).await.unwrap();
    let data: Json =
        serde_json::from_str(&rows.first().unwrap_or_else(|| panic!("no mail to `{email}`"))[0]).unwrap();
    assert_eq!(data["link"]["path"], path, "{data}");
    let seed = fieldgate::authn::LinkSeed::from_hex(data["link"]["seed"].as_str().unwrap()).unwrap();
    fieldgate::authn::TokenKey::new([7; 32]).link_token(&seed).reveal().to_owned()
}

/// An account of `acme` that has yet to be confirmed, with the address `<username>@example.org`; its global id.
pub async fn unconfirmed(app: &TestApp, username: &str) -> String {
    let input = MobileWorkerInput {
        email: Patch::Set(format!("{username}@example.org")),
        first_name: Patch::Set("Amina".to_owned()),
        require_account_confirmation: true,
        ..MobileWorkerInput::default()
    };
    let made =
        mobile_worker::create(&app.services, &operator(), "acme", username, &input, NewPassword::Given).await;
    made.unwrap().id.to_string()
}

/// A worker of `acme` with the address `<username>@example.org` who can sign in; its global id.
pub async fn worker_with_address(app: &TestApp, username: &str) -> String {
    let input = MobileWorkerInput {
        email: Patch::Set(format!("{username}@example.org")),
        password: Patch::Set(crate::support::WORKER_PASSWORD.to_owned().into()),
        ..MobileWorkerInput::default()
    };
    let made =
        mobile_worker::create(&app.services, &operator(), "acme", username, &input, NewPassword::Given).await;
    made.unwrap().id.to_string()
}

/// The mails of a template that were queued.
pub async fn mails_of(app: &TestApp, template: &str) -> usize {
    app.rows(&format!("SELECT recipient FROM mail WHERE template = '{template}'")).await.unwrap().len()
}

/// Fills in a form of a page, as a browser sends it.
pub async fn fill_in(app: &TestApp, path: &str, form: &str) -> crate::support::Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let body = poem::Body::from_string(form.to_owned());
    app.stranger().send(poem::http::Method::POST, path, &headers, body).await
}
