use super::{all, villages};
use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, audited, faults, member, nowhere, pairs, worker_at,
};
use crate::support::TestApp;
use serde_json::json;

const DELETE: &str = "mutation($i: NodeInput!) {
    deleteLocation(input: $i) { deletedId userErrors { code message path } }
}";

#[tokio::test]
async fn a_place_goes_where_nobody_is_and_nothing_stands_below() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (_, upper, _) = villages(&app, &tree).await;
    let worker = worker_at(&app, "amina", &[&upper]).await;
    let in_use = pairs(&[("LOCATION_IN_USE", "id")]);
    assert_eq!(faults(&admin, DELETE, json!({ "id": tree.northern })).await, in_use);
    let answer = admin.run(DELETE, json!({ "i": { "id": upper } })).await;
    let error = &answer["data"]["deleteLocation"]["userErrors"][0];
    assert_eq!(error["code"], "LOCATION_IN_USE", "{answer}");
    assert!(error["message"].as_str().unwrap().contains(": 1"), "{error}");
    // A deleted worker comes back to where they were.
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": worker })).await, []);
    assert_eq!(faults(&admin, DELETE, json!({ "id": upper })).await, in_use);

    let village = crate::scene::location_type(&app, "Hamlet", Some(&tree.district)).await;
    let free = crate::scene::location(&app, "Free", &village, Some(&tree.southern)).await;
    let (payload, entry) = audited(&admin, &app, DELETE, json!({ "i": { "id": free } })).await;
    assert_eq!(payload["deletedId"], json!(free));
    assert_eq!(entry.change("name"), Some((json!("Free"), json!(null))));
    assert!(!all(&admin, true).await.as_array().unwrap().contains(&json!("Free")));
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": free } })).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_web_user_or_an_invitation_keeps_a_place_and_how_many_is_not_told() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    member(&app, "Somebody", SUPERVISOR, std::slice::from_ref(&tree.northern)).await;
    let answer = supervisor.run(DELETE, json!({ "i": { "id": tree.northern } })).await;
    let message = answer["data"]["deleteLocation"]["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains("web users or invitations") && !message.contains('1'), "{message}");
    let role = crate::scene::role(&app, "Reader", &["view_reports"]).await;
    let invite = "mutation($i: InviteWebUserInput!) { inviteWebUser(input: $i) { invitation { id } userErrors { code path } } }";
    let input = json!({ "projectSpace": "acme", "email": "x@acme.example", "roleId": role, "locationIds": [tree.southern] });
    let (invited, _) = audited(&admin, &app, invite, json!({ "i": input })).await;
    assert_eq!(
        faults(&admin, DELETE, json!({ "id": tree.southern })).await,
        pairs(&[("LOCATION_IN_USE", "id")])
    );
    // Taken back, it is history.
    let revoke = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, revoke, json!({ "id": invited["invitation"]["id"] })).await, []);
    assert_eq!(faults(&admin, DELETE, json!({ "id": tree.southern })).await, []);
}

#[tokio::test]
async fn deleting_a_place_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |id: &str| json!({ "id": id });
    let said = ("missing_permission", ["edit_locations"].as_slice());
    assert_denied(&app, &viewer, DELETE, [input(&tree.north), input(&nowhere("lo"))], said).await;
}
