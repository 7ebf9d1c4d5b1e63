use super::{GROUPER, groups_of, members};
use crate::scene::{
    VIEWER, assert_denied, audited, entries, faults, group, ids, member, nowhere, pairs, worker_with,
};
use crate::support::TestApp;
use fieldgate::domain::MobileWorkerInput;
use serde_json::json;

const RESTORE: &str = "mutation($i: NodeInput!) {
    restoreGroup(input: $i) { group { id isDeleted version } userErrors { code path } }
}";
const DELETE: &str = "mutation($i: NodeInput!) { deleteGroup(input: $i) { userErrors { code path } } }";

#[tokio::test]
async fn a_restored_group_has_everybody_who_was_in_it_whatever_became_of_them_meanwhile() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Grouper", GROUPER, &[]).await;
    let admin = app.admin().await;
    let (nurses, drivers) = (group(&app, "nurses").await, group(&app, "drivers").await);
    let input = || MobileWorkerInput { groups: ids(&[&nurses]), ..MobileWorkerInput::default() };
    let amina = worker_with(&app, "amina", input()).await;
    worker_with(&app, "bilal", input()).await;
    assert_eq!(faults(&editor, DELETE, json!({ "id": nurses })).await, []);
    // All groups of a worker are replaced: those that anybody can see.
    let update = "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, update, json!({ "id": amina, "groupIds": [drivers] })).await, []);

    let (payload, entry) = audited(&editor, &app, RESTORE, json!({ "i": { "id": nurses } })).await;
    assert_eq!(payload["group"], json!({ "id": nurses, "isDeleted": false, "version": 3 }));
    assert_eq!(entry.action, "group.restore");
    assert_eq!(entry.change("is_deleted"), Some((json!(true), json!(false))));
    assert_eq!(members(&editor, &nurses).await, json!(["amina", "bilal"]));
    let mut groups: Vec<String> = serde_json::from_value(groups_of(&editor, &amina).await).unwrap();
    groups.sort();
    assert_eq!(groups, ["drivers", "nurses"]);
}

#[tokio::test]
async fn a_group_that_is_there_is_not_restored() {
    let app = TestApp::spawn().await;
    let (admin, id) = (app.admin().await, group(&app, "nurses").await);
    let before = entries(&app, "").await.len();
    assert_eq!(faults(&admin, RESTORE, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
    assert_eq!(admin.code(RESTORE, json!({ "i": { "id": id, "version": 7 } })).await, "CONFLICT");
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn restoring_a_group_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = group(&app, "nurses").await;
    assert_eq!(faults(&app.admin().await, DELETE, json!({ "id": id })).await, []);
    let said = ("missing_permission", ["edit_groups"].as_slice());
    let input = [json!({ "id": id }), json!({ "id": nowhere("gr") })];
    assert_denied(&app, &viewer, RESTORE, input, said).await;
}
