use super::{MONITOR, activate, follow, revise, space, stack, upload};
use crate::policy::guest::{denying, permitting};
use crate::scene::{assert_denied, audited, faults, member, nowhere, pairs};
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_monitored_revision_is_loaded_by_gateways_and_decides_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let deny = upload(&admin, &denying()).await;
    let revision = revise(&admin, &["standard", &deny]).await;
    let (payload, entry) = audited(&admin, &app, MONITOR, json!({ "i": { "id": revision } })).await;
    assert_eq!(payload["policyStack"], json!({ "version": 1, "active": null, "monitored": { "number": 1 } }));
    assert_eq!(entry.action, "policy.monitor");
    assert_eq!(entry.change("monitored_revision"), Some((json!(null), json!(1))));
    follow(&app).await;
    let space = space(&app).await;
    let monitored = app.policy.monitored_revision(space).unwrap();
    assert_eq!(monitored.revision().unwrap().to_string(), revision);
    assert_eq!(monitored.modules().len(), 2);
    assert_eq!(app.policy.revision(space), None, "`standard` is in force");
    assert_eq!(stack(&admin).await["monitored"], json!({ "number": 1 }), "nothing is denied by it");
    // Again, it is no change.
    let again = super::done(&admin, MONITOR, json!({ "id": revision })).await;
    assert_eq!(again["policyStack"]["version"], 1);
}

#[tokio::test]
async fn what_is_in_force_is_not_compared_with_itself() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let honest = upload(&admin, &permitting(1)).await;
    let (one, two) = (revise(&admin, &["standard"]).await, revise(&admin, &["standard", &honest]).await);
    activate(&app, &admin, &one).await;
    assert_eq!(faults(&admin, MONITOR, json!({ "id": one })).await, pairs(&[("INVALID_STATE", "id")]));
    super::done(&admin, MONITOR, json!({ "id": two })).await;
    let stack = activate(&app, &admin, &two).await;
    assert_eq!(stack, json!({ "version": 3, "active": { "number": 2 }, "monitored": null }));
}

#[tokio::test]
async fn monitoring_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let revision = revise(&admin, &["standard"]).await;
    let inputs = [json!({ "id": revision }), json!({ "id": nowhere("pr") })];
    assert_denied(&app, &editor, MONITOR, inputs, ("admin_only", &[])).await;
    assert_eq!(faults(&admin, MONITOR, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
}
