use crate::scene::{
    EDITOR, VIEWER, assert_denied, audited, entries, faults, member, nowhere, pairs, role, role_of, worker,
};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

pub const CREATE: &str = "mutation($i: CreateApiKeyInput!) {
    createApiKey(input: $i) { apiKey { id name expiresAt createdAt } secret userErrors { code path } }
}";
const VIEW: &str =
    "{ viewer { principal { signInMethod } projectSpaces { isAdmin roleName projectSpace { name } } } }";
const WORKERS: &str = "{ projectSpace(name: \"acme\") { mobileWorkers { nodes { username } } } }";

/// A key of this input, as an actor who sends it.
async fn key<'a>(app: &'a TestApp, owner: &Actor<'a>, email: &str, input: Json) -> Actor<'a> {
    let answer = owner.run(CREATE, json!({ "i": input })).await;
    let secret =
        answer["data"]["createApiKey"]["secret"].as_str().unwrap_or_else(|| panic!("no key: {answer}"));
    app.stranger().with_authorization(&format!("ApiKey {email}:{secret}"))
}

#[tokio::test]
async fn a_key_acts_for_its_owner_and_its_secret_is_kept_nowhere() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    worker(&app, "amina").await;
    let input = json!({ "projectSpace": "acme", "name": " nightly " });
    let (payload, entry) = audited(&admin, &app, CREATE, json!({ "i": input })).await;
    let (made, secret) = (&payload["apiKey"], payload["secret"].as_str().unwrap());
    assert_eq!((&made["name"], &made["expiresAt"]), (&json!("nightly"), &Json::Null));
    assert!(secret.starts_with("fgk_") && secret.len() > 40, "{secret}");
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("api_key.create", "api_key"));
    assert!(made["id"].as_str().unwrap().ends_with(&entry.resource), "{entry:?}");
    assert!(!format!("{entry:?}").contains(secret), "{entry:?}");

    for header in [format!("ApiKey {ADMIN}:{secret}"), format!("apikey  {}:{secret}", ADMIN.to_uppercase())] {
        let script = app.stranger().with_authorization(&header);
        let view = script.run(VIEW, json!({})).await;
        let expected = json!({
            "principal": { "signInMethod": "API_KEY" },
            "projectSpaces": [{ "isAdmin": true, "roleName": "Admin", "projectSpace": { "name": "acme" } }],
        });
        assert_eq!(view["data"]["viewer"], expected, "{view}");
        let answer = script.run(WORKERS, json!({})).await;
        assert_eq!(
            answer["data"]["projectSpace"]["mobileWorkers"]["nodes"],
            json!([{ "username": "amina" }])
        );
    }
}

#[tokio::test]
async fn a_wrong_key_is_denied_whatever_is_wrong_about_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.space("globex", "admin@globex.example").await;
    let answer = admin.run(CREATE, json!({ "i": { "projectSpace": "acme", "name": "one" } })).await;
    let secret = answer["data"]["createApiKey"]["secret"].as_str().unwrap();
    for header in [
        format!("ApiKey {ADMIN}:{secret}x"),
        format!("ApiKey {ADMIN}:"),
        format!("ApiKey {ADMIN}"),
        format!("ApiKey :{secret}"),
        format!("ApiKey admin@globex.example:{secret}"),
        format!("ApiKey nobody:{secret}"),
        format!("Bearer {secret}"),
        format!("Basic {ADMIN}:{secret}"),
        format!("ApiKey {ADMIN}:{PASSWORD}"),
    ] {
        let answer =
            app.stranger().with_authorization(&header).post("/graphql", &json!({ "query": VIEW })).await;
        assert_eq!(answer.status.as_u16(), 401, "{header}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{header}");
    }
}

#[tokio::test]
async fn making_a_key_is_denied_to_who_may_not_use_the_api_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |space: &str| json!({ "projectSpace": space, "name": "mine" });
    let said = ("missing_permission", ["access_api"].as_slice());
    assert_denied(&app, &viewer, CREATE, [input("acme"), input("nowhere")], said).await;
}

#[tokio::test]
async fn all_faults_of_a_key_are_told_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let wrong = json!({
        "projectSpace": "acme", "name": "", "roleId": "x", "expiresAt": "2026-09-21T14:13:20Z",
        "allowedAddresses": ["127.0.0.1", "localhost", "10.0.0.0/8"],
    });
    let expected = pairs(&[
        ("REQUIRED", "name"),
        ("INVALID_VALUE", "roleId"),
        ("INVALID_VALUE", "expiresAt"),
        ("INVALID_VALUE", "allowedAddresses.1"),
        ("INVALID_VALUE", "allowedAddresses.2"),
    ]);
    assert_eq!(faults(&admin, CREATE, wrong).await, expected);
    let many = json!({ "projectSpace": "acme", "name": "many", "allowedAddresses": vec!["::1"; 51] });
    assert_eq!(faults(&admin, CREATE, many).await, pairs(&[("TOO_LONG", "allowedAddresses")]));
    app.space("globex", "admin@globex.example").await;
    let foreign = role_of(&app, "globex", "Theirs", &[], true).await;
    for role in [foreign, nowhere("ro")] {
        let input = json!({ "projectSpace": "acme", "name": "one", "roleId": role });
        assert_eq!(faults(&admin, CREATE, input).await, pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")]));
    }
    let one = json!({ "projectSpace": "acme", "name": "one" });
    assert_eq!(faults(&admin, CREATE, one.clone()).await, []);
    assert_eq!(faults(&admin, CREATE, one).await, pairs(&[("NAME_TAKEN", "name")]));
}

#[tokio::test]
async fn a_key_works_in_its_own_space_alone() {
    let app = TestApp::spawn().await;
    app.space("globex", ADMIN).await;
    let admin = app.admin().await;
    let script = key(&app, &admin, ADMIN, json!({ "projectSpace": "acme", "name": "one" })).await;
    let both =
        "{ acme: projectSpace(name: \"acme\") { name } globex: projectSpace(name: \"globex\") { name } }";
    let all = admin.run(both, json!({})).await;
    assert_eq!(all["data"], json!({ "acme": { "name": "acme" }, "globex": { "name": "globex" } }), "{all}");
    let one = script.run(both, json!({})).await;
    assert_eq!(one["data"], json!({ "acme": { "name": "acme" }, "globex": null }), "{one}");
    let group = "mutation { createGroup(input: { projectSpace: \"globex\", name: \"g\" }) { group { id } } }";
    assert_eq!(script.code(group, json!({})).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_role_narrows_a_key_and_never_widens_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    worker(&app, "amina").await;
    let looking = role_of(
        &app,
        "acme",
        "Looking",
        &["view_commcare_users", "access_all_locations", "edit_groups"],
        true,
    )
    .await;
    let input = json!({ "projectSpace": "acme", "name": "narrow", "roleId": looking });
    let script = key(&app, &admin, ADMIN, input.clone()).await;
    let answer = script.run(WORKERS, json!({})).await;
    assert_eq!(
        answer["data"]["projectSpace"]["mobileWorkers"]["nodes"],
        json!([{ "username": "amina" }]),
        "{answer}"
    );
    let create = "mutation { createMobileWorker(input: { projectSpace: \"acme\", username: \"bo\", password: \"qwer1234\" }) {
        mobileWorker { id } } }";
    assert_eq!(script.code(create, json!({})).await, "FORBIDDEN");
    let role = "mutation { createRole(input: { projectSpace: \"acme\", name: \"r\", permissions: [] }) { role { id } } }";
    assert_eq!(script.code(role, json!({})).await, "FORBIDDEN");

    // Its owner lacks `edit_groups`, so the key lacks it too.
    let coder =
        member(&app, "Coder", &["access_api", "edit_commcare_users", "access_all_locations"], &[]).await;
    let script = key(&app, &coder, "coder@acme.example", input).await;
    let group = "mutation { createGroup(input: { projectSpace: \"acme\", name: \"g\" }) { group { id } } }";
    assert_eq!(script.code(group, json!({})).await, "FORBIDDEN");
    assert_eq!(script.code(create, json!({})).await, "FORBIDDEN");
}

#[tokio::test]
async fn a_key_makes_no_key_that_may_more_than_itself() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let narrow = role(&app, "Narrow", &["access_api"]).await;
    let input = json!({ "projectSpace": "acme", "name": "narrow", "roleId": narrow });
    let script = key(&app, &admin, ADMIN, input).await;
    let before = entries(&app, "").await.len();
    let answer = script.run(CREATE, json!({ "i": { "projectSpace": "acme", "name": "wide" } })).await;
    assert!(answer["data"]["createApiKey"]["secret"].is_null(), "{answer}");
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn a_key_stops_when_it_expires() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let at = chrono::DateTime::from_timestamp(1_790_000_060, 0).unwrap().to_rfc3339();
    let input = json!({ "projectSpace": "acme", "name": "short", "expiresAt": at });
    let script = key(&app, &admin, ADMIN, input).await;
    app.pass(TimeDelta::seconds(59));
    assert!(script.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    app.pass(TimeDelta::seconds(1));
    assert_eq!(script.code(VIEW, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_key_for_some_addresses_is_no_use_from_anywhere_else() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = json!({ "projectSpace": "acme", "name": "office", "allowedAddresses": ["127.0.0.1", "::1"] });
    // A request in process comes from no address at all.
    let script = key(&app, &admin, ADMIN, input).await;
    assert_eq!(script.code(VIEW, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_key_has_the_rights_that_its_owner_has_at_the_time() {
    let app = TestApp::spawn().await;
    let coder = member(&app, "Coder", &[EDITOR, &["access_api"]].concat(), &[]).await;
    worker(&app, "amina").await;
    let script =
        key(&app, &coder, "coder@acme.example", json!({ "projectSpace": "acme", "name": "one" })).await;
    let shown = script.run(WORKERS, json!({})).await;
    assert_eq!(
        shown["data"]["projectSpace"]["mobileWorkers"]["nodes"].as_array().unwrap().len(),
        1,
        "{shown}"
    );
    app.rows("UPDATE role SET grants = '{}' WHERE name = 'Coder'").await.unwrap();
    let shown = script.run(WORKERS, json!({})).await;
    assert_eq!(shown["data"]["projectSpace"]["mobileWorkers"]["nodes"], json!([]), "{shown}");
    app.rows("UPDATE membership SET is_active = FALSE WHERE is_admin = FALSE").await.unwrap();
    let shown = script.run(WORKERS, json!({})).await;
    assert_eq!(shown["data"]["projectSpace"], Json::Null, "{shown}");
}
