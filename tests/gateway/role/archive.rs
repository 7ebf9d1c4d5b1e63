use crate::scene::{EDITOR, assert_denied, audited, entries, faults, member, nowhere, pairs, role, worker};
use crate::support::TestApp;
use serde_json::json;

pub const ARCHIVE: &str = "mutation($i: NodeInput!) {
    archiveRole(input: $i) { role { id isArchived version } userErrors { code path } }
}";
const GIVE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) { mobileWorker { role { name } } userErrors { code path } }
}";

#[tokio::test]
async fn an_archived_role_stays_with_who_has_it_and_is_given_to_nobody() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = role(&app, "Nurse", &["view_reports"]).await;
    let (amina, bo) = (worker(&app, "amina").await, worker(&app, "bo").await);
    let give = |worker: &str| json!({ "id": worker, "roleId": id });
    assert_eq!(faults(&admin, GIVE, give(&amina)).await, []);

    let (payload, entry) = audited(&admin, &app, ARCHIVE, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["role"], json!({ "id": id, "isArchived": true, "version": 2 }));
    assert_eq!(entry.action, "role.archive");
    assert_eq!(entry.changes, json!([{ "field": "is_archived", "from": false, "to": true }]));

    let kept = admin.run(GIVE, json!({ "i": { "id": amina, "firstName": "Amina" } })).await;
    assert_eq!(kept["data"]["updateMobileWorker"]["mobileWorker"]["role"]["name"], "Nurse", "{kept}");
    assert_eq!(faults(&admin, GIVE, give(&bo)).await, pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")]));

    let before = entries(&app, "").await.len();
    let again = admin.run(ARCHIVE, json!({ "i": { "id": id } })).await;
    assert_eq!(again["data"]["archiveRole"]["role"]["version"], 2, "{again}");
    assert_eq!(entries(&app, "").await.len(), before, "archiving twice changes nothing");
}

#[tokio::test]
async fn archiving_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let id = role(&app, "Nurse", &[]).await;
    let input = [json!({ "id": id }), json!({ "id": nowhere("ro") })];
    assert_denied(&app, &editor, ARCHIVE, input, ("admin_only", &[])).await;
}

#[tokio::test]
async fn the_mobile_default_is_not_archived() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = app.role("Mobile Worker Default").await.to_string();
    assert_eq!(faults(&admin, ARCHIVE, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
    assert_eq!(faults(&admin, ARCHIVE, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
    let nurse = role(&app, "Nurse", &[]).await;
    assert_eq!(admin.code(ARCHIVE, json!({ "i": { "id": nurse, "version": 7 } })).await, "CONFLICT");
}
