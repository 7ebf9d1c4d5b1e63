use super::{ACCEPT, EDITOR, VIEWER, invite, join, newcomer, token};
use crate::scene::{assert_denied, audited, faults, member, nowhere, pairs};
use crate::support::TestApp;
use serde_json::json;

const DELETE: &str =
    "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId userErrors { code path } } }";

#[tokio::test]
async fn the_link_stops_working_and_the_address_can_be_invited_again() {
    let app = TestApp::spawn().await;
    let (admin, editor) = (app.admin().await, member(&app, "Editor", EDITOR, &[]).await);
    let made = invite(&admin, "ana@example.org", json!({})).await;
    let old = token(&app, "ana@example.org").await;
    let (payload, entry) = audited(&editor, &app, DELETE, json!({ "i": { "id": made["id"] } })).await;
    assert_eq!(payload["deletedId"], made["id"]);
    assert_eq!(entry.change("state"), Some((json!("pending"), json!("revoked"))));

    let unknown = faults(&app.stranger(), ACCEPT, newcomer("fgl_nothing")).await;
    assert_eq!(faults(&app.stranger(), ACCEPT, newcomer(&old)).await, unknown);
    assert_eq!(unknown, pairs(&[("INVALID_TOKEN", "token")]));

    app.pass(chrono::TimeDelta::seconds(1));
    let again = invite(&admin, "ana@example.org", json!({})).await;
    assert_ne!(again["id"], made["id"]);
    join(&app, &token(&app, "ana@example.org").await).await;
}

#[tokio::test]
async fn deleting_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let made = invite(&app.admin().await, "ana@example.org", json!({})).await;
    let said = ("missing_permission", ["edit_web_users"].as_slice());
    let inputs = [json!({ "id": made["id"] }), json!({ "id": nowhere("in") })];
    assert_denied(&app, &viewer, DELETE, inputs, said).await;
    join(&app, &token(&app, "ana@example.org").await).await;
}

#[tokio::test]
async fn an_invitation_is_deleted_once_and_not_after_it_was_accepted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    let given = json!({ "i": { "id": made["id"] } });
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": made["id"], "version": 7 } })).await, "CONFLICT");
    assert_eq!(admin.refusals("deleteInvitation", DELETE, given.clone()).await, Vec::<String>::new());
    assert_eq!(admin.code(DELETE, given).await, "NOT_FOUND");

    let accepted = invite(&admin, "bo@example.org", json!({})).await;
    join(&app, &token(&app, "bo@example.org").await).await;
    let given = json!({ "id": accepted["id"] });
    assert_eq!(faults(&admin, DELETE, given).await, pairs(&[("INVALID_STATE", "id")]));
}
