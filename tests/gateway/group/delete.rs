use super::{GROUPER, groups_of, members};
use crate::scene::{VIEWER, assert_denied, audited, faults, group, ids, member, nowhere, worker_with};
use crate::support::TestApp;
use fieldgate::domain::MobileWorkerInput;
use serde_json::json;

const DELETE: &str =
    "mutation($i: NodeInput!) { deleteGroup(input: $i) { deletedId userErrors { code path } } }";

#[tokio::test]
async fn nobody_is_in_a_deleted_group_any_more() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Grouper", GROUPER, &[]).await;
    let (nurses, drivers) = (group(&app, "nurses").await, group(&app, "drivers").await);
    let input = MobileWorkerInput { groups: ids(&[&nurses, &drivers]), ..MobileWorkerInput::default() };
    let amina = worker_with(&app, "amina", input).await;

    let (payload, entry) =
        audited(&editor, &app, DELETE, json!({ "i": { "id": nurses, "version": 1 } })).await;
    assert_eq!(payload["deletedId"], nurses);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("group.delete", "group"));
    assert_eq!(entry.change("is_deleted"), Some((json!(false), json!(true))));

    assert_eq!(groups_of(&editor, &amina).await, json!(["drivers"]));
    assert_eq!(members(&editor, &nurses).await, json!([]));
    let filtered = "query($g: [ID!]) { projectSpace(name: \"acme\") {
        mobileWorkers(filter: { groupIds: $g }) { totalCount nodes { username } }
    } }";
    let answer = editor.run(filtered, json!({ "g": [nurses] })).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorkers"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(editor.code(DELETE, json!({ "i": { "id": nurses } })).await, "NOT_FOUND");
}

#[tokio::test]
async fn nobody_is_put_into_a_deleted_group() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (nurses, amina) = (group(&app, "nurses").await, crate::scene::worker(&app, "amina").await);
    assert_eq!(faults(&admin, DELETE, json!({ "id": nurses })).await, []);
    let update = "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code path } } }";
    let refused = faults(&admin, update, json!({ "id": amina, "groupIds": [nurses] })).await;
    assert_eq!(refused, crate::scene::pairs(&[("GROUP_OUT_OF_REACH", "groupIds.0")]));
}

#[tokio::test]
async fn deleting_a_group_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = group(&app, "nurses").await;
    let said = ("missing_permission", ["edit_groups"].as_slice());
    let input = [json!({ "id": id }), json!({ "id": nowhere("gr") })];
    assert_denied(&app, &viewer, DELETE, input, said).await;
}
