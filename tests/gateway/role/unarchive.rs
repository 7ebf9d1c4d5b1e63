use super::archive::ARCHIVE;
use crate::scene::{EDITOR, assert_denied, audited, entries, faults, member, nowhere, pairs, role};
use crate::support::TestApp;
use serde_json::json;

const UNARCHIVE: &str = "mutation($i: NodeInput!) {
    unarchiveRole(input: $i) { role { id isArchived version } userErrors { code path } }
}";

#[tokio::test]
async fn an_archived_role_can_be_given_again() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = role(&app, "Nurse", &[]).await;
    let before = entries(&app, "").await.len();
    let fresh = admin.run(UNARCHIVE, json!({ "i": { "id": id } })).await;
    assert_eq!(fresh["data"]["unarchiveRole"]["role"]["version"], 1, "{fresh}");
    assert_eq!(entries(&app, "").await.len(), before, "one that is not archived stays as it is");

    admin.run(ARCHIVE, json!({ "i": { "id": id } })).await;
    let (payload, entry) = audited(&admin, &app, UNARCHIVE, json!({ "i": { "id": id, "version": 2 } })).await;
    assert_eq!(payload["role"], json!({ "id": id, "isArchived": false, "version": 3 }));
    assert_eq!(entry.action, "role.unarchive");
    assert_eq!(entry.changes, json!([{ "field": "is_archived", "from": true, "to": false }]));
    assert_eq!(faults(&admin, UNARCHIVE, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
}

#[tokio::test]
async fn unarchiving_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let id = role(&app, "Nurse", &[]).await;
    app.admin().await.run(ARCHIVE, json!({ "i": { "id": id } })).await;
    let input = [json!({ "id": id }), json!({ "id": nowhere("ro") })];
    assert_denied(&app, &editor, UNARCHIVE, input, ("admin_only", &[])).await;
}
