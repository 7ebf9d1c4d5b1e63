use super::{ARCHIVE, UNARCHIVE, all, villages};
use crate::scene::{Tree, VIEWER, assert_denied, audited, faults, member, nowhere, pairs};
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn what_went_along_comes_back_and_what_was_archived_before_stays_so() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (village, upper, _) = villages(&app, &tree).await;
    crate::scene::location(&app, "Other", &village, Some(&tree.northern)).await;
    for place in [&upper, &tree.north] {
        assert_eq!(faults(&admin, ARCHIVE, json!({ "id": place })).await, []);
    }
    assert_eq!(all(&admin, false).await, json!(["Lower", "South", "Southern"]));
    // What stands below an archived place comes back with that alone.
    for below in [&tree.northern, &upper] {
        assert_eq!(
            faults(&admin, UNARCHIVE, json!({ "id": below })).await,
            pairs(&[("INVALID_STATE", "id")])
        );
    }
    let (payload, entry) = audited(&admin, &app, UNARCHIVE, json!({ "i": { "id": tree.north } })).await;
    assert_eq!(payload["location"]["isArchived"], false);
    assert_eq!(entry.change("unarchived_along"), Some((json!(0), json!(2))));
    assert_eq!(all(&admin, false).await, json!(["Lower", "North", "Northern", "Other", "South", "Southern"]));
    assert_eq!(faults(&admin, UNARCHIVE, json!({ "id": upper })).await, []);
    assert_eq!(all(&admin, false).await.as_array().unwrap().len(), 7);
    assert_eq!(faults(&admin, UNARCHIVE, json!({ "id": upper })).await, []);
}

#[tokio::test]
async fn unarchiving_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |id: &str| json!({ "id": id });
    let said = ("missing_permission", ["edit_locations"].as_slice());
    assert_denied(&app, &viewer, UNARCHIVE, [input(&tree.north), input(&nowhere("lo"))], said).await;
}
