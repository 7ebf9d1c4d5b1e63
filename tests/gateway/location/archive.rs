use super::{ARCHIVE, UNARCHIVE, all, villages, workers};
use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, audited, entries, faults, member, nowhere, pairs, worker_at,
};
use crate::support::TestApp;
use serde_json::json;

const ASSIGN: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) { mobileWorker { locations { name isArchived } } userErrors { code path } }
}";

#[tokio::test]
async fn a_place_is_archived_with_everything_below_and_who_is_there_stays() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (_, upper, _) = villages(&app, &tree).await;
    let id = worker_at(&app, "amina", &[&upper]).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let (payload, entry) =
        audited(&supervisor, &app, ARCHIVE, json!({ "i": { "id": tree.northern, "version": 1 } })).await;
    assert_eq!(payload["location"], json!({ "isArchived": true, "version": 2 }));
    assert_eq!(entry.action, "location.archive");
    assert_eq!(entry.change("archived_along"), Some((json!(0), json!(1))));
    assert_eq!(all(&admin, false).await, json!(["Lower", "North", "South", "Southern"]));
    assert_eq!(all(&admin, true).await, json!(["Lower", "North", "Northern", "South", "Southern", "Upper"]));

    // They would fall out of the sight of who looks after them.
    assert_eq!(workers(&supervisor).await, json!(["amina"]));
    let rename = json!({ "id": id, "firstName": "Amina" });
    assert_eq!(faults(&supervisor, ASSIGN, rename).await, []);
    // Nobody new is taken, who is there may leave.
    let bo = worker_at(&app, "bo", &[&tree.north]).await;
    let there = json!({ "id": bo, "locationIds": [tree.north, upper] });
    assert_eq!(faults(&admin, ASSIGN, there).await, pairs(&[("LOCATION_TAKES_NOBODY", "locationIds.1")]));
    let away = json!({ "id": id, "locationIds": [tree.north] });
    assert_eq!(faults(&supervisor, ASSIGN, away).await, []);
}

#[tokio::test]
async fn archiving_twice_changes_nothing() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    assert_eq!(faults(&admin, ARCHIVE, json!({ "id": tree.north })).await, []);
    let before = entries(&app, "").await.len();
    assert_eq!(faults(&admin, ARCHIVE, json!({ "id": tree.north })).await, []);
    assert_eq!(entries(&app, "").await.len(), before);
    assert_eq!(admin.code(ARCHIVE, json!({ "i": { "id": tree.south, "version": 7 } })).await, "CONFLICT");
    assert_eq!(faults(&admin, UNARCHIVE, json!({ "id": "mw_1" })).await, pairs(&[("INVALID_VALUE", "id")]));
}

#[tokio::test]
async fn archiving_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |id: &str| json!({ "id": id });
    let said = ("missing_permission", ["edit_locations"].as_slice());
    assert_denied(&app, &viewer, ARCHIVE, [input(&tree.north), input(&nowhere("lo"))], said).await;
}
