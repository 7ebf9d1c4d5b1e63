use super::ARCHIVE;
use crate::scene::{EDITOR, Tree, assert_denied, audited, faults, location_type, member, nowhere};
use crate::support::TestApp;
use serde_json::json;

const DELETE: &str = "mutation($i: NodeInput!) {
    deleteLocationType(input: $i) { deletedId userErrors { code message path } }
}";

#[tokio::test]
async fn a_level_goes_when_nothing_is_of_it_and_the_refusal_says_how_many_are() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    // Archived places come back: they count.
    assert_eq!(faults(&admin, ARCHIVE, json!({ "id": tree.northern })).await, []);
    for (id, count) in [(&tree.district, "2; levels below: 0"), (&tree.region, "2; levels below: 1")] {
        let answer = admin.run(DELETE, json!({ "i": { "id": id } })).await;
        let error = &answer["data"]["deleteLocationType"]["userErrors"][0];
        assert_eq!(error["code"], "LOCATION_TYPE_IN_USE", "{answer}");
        assert!(error["message"].as_str().unwrap().contains(count), "{error}");
    }
    let village = location_type(&app, "Village", Some(&tree.district)).await;
    let (payload, entry) = audited(&admin, &app, DELETE, json!({ "i": { "id": village } })).await;
    assert_eq!(payload["deletedId"], json!(village));
    assert_eq!(entry.change("name"), Some((json!("Village"), json!(null))));
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": village } })).await, "NOT_FOUND");
}

#[tokio::test]
async fn deleting_a_level_is_denied_to_who_does_not_edit_places_everywhere() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let input = |id: &str| json!({ "id": id });
    let said = ("missing_permission", ["edit_locations"].as_slice());
    assert_denied(&app, &editor, DELETE, [input(&tree.region), input(&nowhere("lt"))], said).await;
}
