use super::{MONITOR, STOP, done, follow, revise};
use crate::scene::{assert_denied, audited, member};
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn monitoring_stops() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let revision = revise(&admin, &["standard"]).await;
    done(&admin, MONITOR, json!({ "id": revision })).await;
    follow(&app).await;
    let input = json!({ "projectSpace": "acme" });
    let (payload, entry) = audited(&admin, &app, STOP, json!({ "i": input })).await;
    assert_eq!(payload["policyStack"], json!({ "version": 2, "active": null, "monitored": null }));
    assert_eq!(entry.change("monitored_revision"), Some((json!(1), json!(null))));
    // Where nothing is monitored, it is no change.
    assert_eq!(done(&admin, STOP, input).await["policyStack"]["version"], 2);
}

#[tokio::test]
async fn stopping_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let inputs = ["acme", "nowhere"].map(|space| json!({ "projectSpace": space }));
    assert_denied(&app, &editor, STOP, inputs, ("admin_only", &[])).await;
}
