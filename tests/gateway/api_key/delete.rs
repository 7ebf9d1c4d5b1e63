use super::create::CREATE;
use crate::scene::{assert_not_found, audited, entries, faults, member, nowhere, outsider, pairs};
use crate::support::{ADMIN, Actor, TestApp};
use serde_json::json;

const DELETE: &str =
    "mutation($i: DeleteApiKeyInput!) { deleteApiKey(input: $i) { deletedId userErrors { code path } } }";
const VIEW: &str = "{ viewer { principal { signInMethod } } }";

/// The id and the secret of a new key.
async fn key(owner: &Actor<'_>, name: &str) -> (String, String) {
    let answer = owner.run(CREATE, json!({ "i": { "projectSpace": "acme", "name": name } })).await;
    let payload = &answer["data"]["createApiKey"];
    (payload["apiKey"]["id"].as_str().unwrap().to_owned(), payload["secret"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_deleted_key_is_refused_at_its_next_use() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (id, secret) = key(&admin, "one").await;
    let script = app.stranger().with_authorization(&format!("ApiKey {ADMIN}:{secret}"));
    assert!(script.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    let (payload, entry) = audited(&admin, &app, DELETE, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["deletedId"], *id);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("api_key.delete", "api_key"));
    assert_eq!(entry.change("name"), Some((json!("one"), json!(null))));
    let refused = script.post("/graphql", &json!({ "query": VIEW })).await;
    assert_eq!(
        (refused.status.as_u16(), script.code(VIEW, json!({})).await.as_str()),
        (401, "UNAUTHENTICATED")
    );
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": id } })).await, "NOT_FOUND");
    // Its name is free again.
    key(&admin, "one").await;
}

#[tokio::test]
async fn deleting_a_key_is_denied_to_everybody_but_its_owner_and_admins() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let coder = member(&app, "Coder", &["access_api"], &[]).await;
    let other = member(&app, "Other", &["access_api", "edit_web_users", "access_all_locations"], &[]).await;
    let outsider = outsider(&app).await;
    let (id, _) = key(&coder, "one").await;
    let before = entries(&app, "").await.len();
    let variables = |id: &str| json!({ "i": { "id": id } });
    for somebody in [&other, &outsider] {
        assert_not_found(somebody, DELETE, &variables(&id), &variables(&nowhere("ak"))).await;
    }
    assert_eq!(app.stranger().code(DELETE, variables(&id)).await, "UNAUTHENTICATED");
    assert_eq!(app.stranger().code(DELETE, variables(&nowhere("ak"))).await, "UNAUTHENTICATED");
    assert_eq!(entries(&app, "").await.len(), before);
    let (second, _) = key(&coder, "two").await;
    assert_eq!(faults(&coder, DELETE, json!({ "id": id })).await, []);
    assert_eq!(faults(&admin, DELETE, json!({ "id": second })).await, []);
}

#[tokio::test]
async fn a_malformed_id_is_refused() {
    let app = TestApp::spawn().await;
    let found = faults(&app.admin().await, DELETE, json!({ "id": "mw_1" })).await;
    assert_eq!(found, pairs(&[("INVALID_VALUE", "id")]));
}
