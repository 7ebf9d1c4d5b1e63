use super::{GROUPER, groups_of, members};
use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, audited, entries, faults, group, group_of, member, nowhere,
    outsider, pairs, worker, worker_at,
};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const ADD: &str = "mutation($i: GroupMembersInput!) {
    addGroupMembers(input: $i) { group { name } userErrors { code path } }
}";

fn input(group: &str, workers: &[&str]) -> Json {
    json!({ "groupId": group, "workerIds": workers })
}

#[tokio::test]
async fn workers_are_put_into_a_group_behind_those_they_are_in() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Grouper", GROUPER, &[]).await;
    let (drivers, nurses) = (group(&app, "drivers").await, group(&app, "nurses").await);
    let (amina, bilal) = (worker(&app, "amina").await, worker(&app, "bilal").await);
    assert_eq!(faults(&editor, ADD, input(&nurses, &[&amina])).await, []);
    let both = json!({ "i": input(&drivers, &[&bilal, &amina, &amina]) });
    let (payload, entry) = audited(&editor, &app, ADD, both).await;
    assert_eq!(payload["group"]["name"], "drivers");
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("group.assign", "group"));
    assert_eq!(entry.change("members_added"), Some((json!([]), json!([bilal, amina]))));
    assert_eq!(members(&editor, &drivers).await, json!(["amina", "bilal"]));
    assert_eq!(groups_of(&editor, &amina).await, json!(["nurses", "drivers"]));
    // What a worker is in is part of the worker: an update from before is refused.
    let update = "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code path } } }";
    let stale = json!({ "i": { "id": bilal, "firstName": "B", "version": 1 } });
    assert_eq!(app.admin().await.code(update, stale).await, "CONFLICT");
}

#[tokio::test]
async fn who_is_in_it_already_stays_and_then_nothing_is_written() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (nurses, amina) = (group(&app, "nurses").await, worker(&app, "amina").await);
    assert_eq!(faults(&admin, ADD, input(&nurses, &[&amina])).await, []);
    let before = entries(&app, "").await.len();
    assert_eq!(faults(&admin, ADD, input(&nurses, &[&amina])).await, []);
    assert_eq!(faults(&admin, ADD, input(&nurses, &[])).await, []);
    assert_eq!(entries(&app, "").await.len(), before);
    assert_eq!(members(&admin, &nurses).await, json!(["amina"]));
}

#[tokio::test]
async fn adding_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let (nurses, amina) = (group(&app, "nurses").await, worker(&app, "amina").await);
    let said =
        ("missing_permission", ["edit_commcare_users", "edit_groups", "edit_users_in_groups"].as_slice());
    let both = [input(&nurses, &[&amina]), input(&nowhere("gr"), &[&amina])];
    assert_denied(&app, &viewer, ADD, both, said).await;
}

#[tokio::test]
async fn a_supervisor_adds_whom_they_reach_and_nobody_is_added_when_somebody_cannot_be() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let nurses = group(&app, "nurses").await;
    let near = worker_at(&app, "near", &[&tree.northern]).await;
    let far = worker_at(&app, "far", &[&tree.southern]).await;
    let out = faults(&supervisor, ADD, input(&nurses, &[&near, &far, &nowhere("mw")])).await;
    let unreached = [("WORKER_OUT_OF_REACH", "workerIds.1"), ("WORKER_OUT_OF_REACH", "workerIds.2")];
    assert_eq!(out, pairs(&unreached));
    assert_eq!(members(&app.admin().await, &nurses).await, json!([]));
    assert_eq!(faults(&supervisor, ADD, input(&nurses, &[&near])).await, []);
    // They see the members whom they reach, and count no others.
    assert_eq!(faults(&app.admin().await, ADD, input(&nurses, &[&far])).await, []);
    assert_eq!(members(&supervisor, &nurses).await, json!(["near"]));
    assert_eq!(members(&app.admin().await, &nurses).await, json!(["far", "near"]));
}

#[tokio::test]
async fn nobody_of_another_space_nobody_deleted_and_not_too_many_are_added() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    outsider(&app).await;
    let (nurses, amina) = (group(&app, "nurses").await, worker(&app, "amina").await);
    let theirs = group_of(&app, "globex", "theirs").await;
    let gina =
        crate::scene::worker_of(&app, "globex", "gina", fieldgate::domain::MobileWorkerInput::default())
            .await;
    let refused = pairs(&[("WORKER_OUT_OF_REACH", "workerIds.0")]);
    assert_eq!(faults(&admin, ADD, input(&nurses, &[&gina])).await, refused);
    assert_eq!(admin.code(ADD, json!({ "i": input(&theirs, &[&amina]) })).await, "NOT_FOUND");
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": amina })).await, []);
    assert_eq!(faults(&admin, ADD, input(&nurses, &[&amina])).await, refused);
    let many = vec![amina.as_str(); 201];
    assert_eq!(faults(&admin, ADD, input(&nurses, &many)).await, pairs(&[("TOO_LONG", "workerIds")]));
    let nonsense = pairs(&[("INVALID_VALUE", "workerIds.0")]);
    assert_eq!(faults(&admin, ADD, input(&nurses, &["x"])).await, nonsense);
    assert_eq!(faults(&admin, ADD, input("x", &[])).await, pairs(&[("INVALID_VALUE", "groupId")]));
    let delete = "mutation($i: NodeInput!) { deleteGroup(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": nurses })).await, []);
    assert_eq!(faults(&admin, ADD, input(&nurses, &[])).await, pairs(&[("INVALID_STATE", "groupId")]));
}
