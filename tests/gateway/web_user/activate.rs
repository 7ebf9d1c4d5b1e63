use super::deactivate::DEACTIVATE;
use super::{id_of, spaces};
use crate::scene::{VIEWER, assert_denied, audited, entries, faults, member, nowhere, pairs};
use crate::support::TestApp;
use serde_json::json;

const ACTIVATE: &str = "mutation($i: NodeInput!) {
    activateWebUser(input: $i) { webUser { id membership { isActive version } } userErrors { code path } }
}";

#[tokio::test]
async fn an_activated_web_user_is_in_again_with_the_session_they_have() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let ana = app.web_user("ana@acme.example", "Read Only", &[]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    let before = entries(&app, "").await.len();
    let fresh = admin.run(ACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(fresh["data"]["activateWebUser"]["webUser"]["membership"]["version"], 1, "{fresh}");
    assert_eq!(entries(&app, "").await.len(), before, "activating an active one changes nothing");

    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(spaces(&ana).await, Vec::<String>::new());
    let (payload, entry) = audited(&admin, &app, ACTIVATE, json!({ "i": { "id": id, "version": 2 } })).await;
    assert_eq!(payload["webUser"], json!({ "id": id, "membership": { "isActive": true, "version": 3 } }));
    assert_eq!(entry.action, "web_user.activate");
    assert_eq!(entry.changes, json!([{ "field": "is_active", "from": false, "to": true }]));
    assert_eq!(spaces(&ana).await, ["acme"]);
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
    assert_eq!(admin.code(ACTIVATE, json!({ "i": { "id": id, "version": 2 } })).await, "CONFLICT");
}

#[tokio::test]
async fn activating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let looking = [&["view_web_users"], VIEWER].concat();
    let viewer = member(&app, "Viewer", &looking, &[]).await;
    let admin = app.admin().await;
    let id = id_of(&admin, "ana@acme.example").await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("ms") })];
    let missing: (&str, &[&str]) = ("missing_permission", &["edit_web_users"]);
    assert_denied(&app, &viewer, ACTIVATE, inputs, missing).await;
}
