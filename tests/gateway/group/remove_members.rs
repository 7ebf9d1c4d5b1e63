use super::{GROUPER, groups_of, members};
use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, audited, entries, faults, group, ids, member, nowhere, pairs,
    worker, worker_with,
};
use crate::support::TestApp;
use fieldgate::domain::MobileWorkerInput;
use serde_json::{Value as Json, json};

const REMOVE: &str = "mutation($i: GroupMembersInput!) {
    removeGroupMembers(input: $i) { group { name } userErrors { code path } }
}";

fn input(group: &str, workers: &[&str]) -> Json {
    json!({ "groupId": group, "workerIds": workers })
}

async fn nurse(app: &TestApp, name: &str, groups: &[&str], at: &[&str]) -> String {
    let input = MobileWorkerInput { groups: ids(groups), locations: ids(at), ..MobileWorkerInput::default() };
    worker_with(app, name, input).await
}

#[tokio::test]
async fn workers_are_taken_out_of_one_group_and_stay_in_the_others() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Grouper", GROUPER, &[]).await;
    let (drivers, nurses) = (group(&app, "drivers").await, group(&app, "nurses").await);
    let amina = nurse(&app, "amina", &[&drivers, &nurses], &[]).await;
    let bilal = nurse(&app, "bilal", &[&nurses], &[]).await;
    let other = worker(&app, "other").await;
    let out = json!({ "i": input(&nurses, &[&amina, &other]) });
    let (payload, entry) = audited(&editor, &app, REMOVE, out).await;
    assert_eq!(payload["group"]["name"], "nurses");
    assert_eq!(entry.action, "group.assign");
    assert_eq!(entry.change("members_removed"), Some((json!([]), json!([amina]))));
    assert_eq!(groups_of(&editor, &amina).await, json!(["drivers"]));
    assert_eq!(members(&editor, &nurses).await, json!(["bilal"]));
    let before = entries(&app, "").await.len();
    assert_eq!(faults(&editor, REMOVE, input(&drivers, &[&bilal])).await, []);
    assert_eq!(entries(&app, "").await.len(), before, "who is not in it is passed over");
}

#[tokio::test]
async fn removing_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let nurses = group(&app, "nurses").await;
    let amina = nurse(&app, "amina", &[&nurses], &[]).await;
    let said =
        ("missing_permission", ["edit_commcare_users", "edit_groups", "edit_users_in_groups"].as_slice());
    let both = [input(&nurses, &[&amina]), input(&nowhere("gr"), &[&amina])];
    assert_denied(&app, &viewer, REMOVE, both, said).await;
    assert_eq!(members(&viewer, &nurses).await, json!(["amina"]));
}

#[tokio::test]
async fn a_supervisor_takes_out_whom_they_reach_and_nobody_else() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let nurses = group(&app, "nurses").await;
    let near = nurse(&app, "near", &[&nurses], &[&tree.northern]).await;
    let far = nurse(&app, "far", &[&nurses], &[&tree.southern]).await;
    let out = faults(&supervisor, REMOVE, input(&nurses, &[&far, &near])).await;
    assert_eq!(out, pairs(&[("WORKER_OUT_OF_REACH", "workerIds.0")]));
    assert_eq!(faults(&supervisor, REMOVE, input(&nurses, &[&near])).await, []);
    assert_eq!(members(&app.admin().await, &nurses).await, json!(["far"]));
}
