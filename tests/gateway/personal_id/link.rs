use super::{DEACTIVATE, LINK_OWN, connect, invite, issuer, plant_for, seen, status, token};
use crate::scene::{audited, faults, pairs, worker, worker_who_signs_in};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_worker_who_is_signed_in_links_their_own_account() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker_who_signs_in(&app, "amina").await;
    let admin = app.admin().await;
    invite(&admin, &id).await;
    let phone = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let input = json!({ "personalIdToken": token(&app, &issuer, "amina.id") });
    let (_, entry) = audited(&phone, &app, LINK_OWN, json!({ "i": input })).await;
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("personal_id_link.link", "mobile_worker"));
    let link = seen(&admin, &id).await["personalIdLink"].clone();
    assert_eq!((&link["status"], &link["personalIdUsername"]), (&json!("ACTIVE"), &json!("amina.id")));
    // What was to make the link has nothing left to do.
    assert_eq!(link["pendingInvite"], Json::Null);
    // Again, with the same account: nothing changes. With another one: refused.
    assert_eq!(faults(&phone, LINK_OWN, input.clone()).await, []);
    let other = json!({ "personalIdToken": token(&app, &issuer, "somebody.else") });
    assert_eq!(faults(&phone, LINK_OWN, other).await, pairs(&[("ALREADY_LINKED", "")]));
    // An inactive link is an admin's to activate.
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(faults(&phone, LINK_OWN, input).await, pairs(&[("LINK_INACTIVE", "")]));
    assert_eq!(status(&admin, &id).await, "INACTIVE");
}

#[tokio::test]
async fn an_account_that_is_linked_is_refused_and_so_is_a_space_without_links() {
    let app = TestApp::spawn().await;
    let issuer = issuer(&app);
    worker(&app, "bilal").await;
    worker_who_signs_in(&app, "amina").await;
    let phone = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let input = json!({ "personalIdToken": token(&app, &issuer, "one.person") });
    assert_eq!(faults(&phone, LINK_OWN, input.clone()).await, pairs(&[("FEATURE_DISABLED", "")]));
    connect(&app, true).await;
    plant_for(&app, "bilal", "one.person", "inactive").await;
    assert_eq!(faults(&phone, LINK_OWN, input).await, pairs(&[("PERSONAL_ID_TAKEN", "personalIdToken")]));
}

#[tokio::test]
async fn who_is_no_mobile_worker_is_denied_a_link() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let input = json!({ "personalIdToken": token(&app, &issuer, "amina.id") });
    assert_eq!(app.stranger().code(LINK_OWN, json!({ "i": input })).await, "UNAUTHENTICATED");
    assert_eq!(faults(&app.admin().await, LINK_OWN, input).await, pairs(&[("WRONG_ACCOUNT", "")]));
}
