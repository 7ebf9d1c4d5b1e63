use super::{REQUEST, ana, open, requests};
use crate::invitation::{EDITOR, VIEWER};
use crate::scene::{assert_not_found, audited, entries, faults, member, nowhere, outsider, pairs};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const REJECT: &str = "mutation($i: RejectAccessRequestInput!) {
    rejectAccessRequest(input: $i) { deletedId userErrors { code path } }
}";

#[tokio::test]
async fn a_rejected_request_is_gone_and_can_be_made_again() {
    let app = TestApp::spawn().await;
    open(&app).await;
    assert_eq!(faults(&app.stranger(), REQUEST, ana()).await, []);
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let id = requests(&editor).await[0]["id"].clone();
    let (payload, entry) = audited(&editor, &app, REJECT, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["deletedId"], id);
    assert_eq!(entry.action, "access_request.reject");
    assert_eq!(entry.change("state"), Some((json!("open"), json!("rejected"))));
    assert_eq!(requests(&editor).await, Vec::<Json>::new());
    assert_eq!(editor.code(REJECT, json!({ "i": { "id": id } })).await, "NOT_FOUND");
    assert_eq!(faults(&editor, REJECT, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));

    assert_eq!(faults(&app.stranger(), REQUEST, ana()).await, []);
    assert_ne!(requests(&editor).await[0]["id"], id);
}

#[tokio::test]
async fn rejecting_is_denied_to_who_may_not_invite_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    open(&app).await;
    assert_eq!(faults(&app.stranger(), REQUEST, ana()).await, []);
    let admin = app.admin().await;
    let given = json!({ "i": { "id": requests(&admin).await[0]["id"] } });
    let unknown = json!({ "i": { "id": nowhere("ar") } });
    let before = entries(&app, "").await.len();
    for actor in [&outsider(&app).await, &member(&app, "Viewer", VIEWER, &[]).await] {
        assert_not_found(actor, REJECT, &given, &unknown).await;
    }
    assert_eq!(app.stranger().code(REJECT, given).await, "UNAUTHENTICATED");
    assert_eq!(app.stranger().code(REJECT, unknown).await, "UNAUTHENTICATED");
    let after = entries(&app, "").await;
    assert!(after[before..].iter().all(|entry| entry.action != "access_request.reject"), "{after:?}");
    assert_eq!(requests(&admin).await.len(), 1);
}
