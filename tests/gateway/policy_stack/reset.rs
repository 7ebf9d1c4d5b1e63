use super::{
    ACTIVATE, MONITOR, RESET, activate, activate_all_the_same, done, follow, revise, space, stack, upload,
};
use crate::policy::guest::{denying, permitting};
use crate::scene::{assert_denied, audited, member};
use crate::support::{TestApp, operator};
use fieldgate::service::policy_stack;
use serde_json::json;

#[tokio::test]
async fn a_reset_puts_standard_in_force_alone() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = upload(&admin, &permitting(1)).await;
    let (one, two) = (revise(&admin, &[&module]).await, revise(&admin, &["standard"]).await);
    activate(&app, &admin, &one).await;
    done(&admin, MONITOR, json!({ "id": two })).await;
    assert_eq!(admin.code(RESET, json!({ "i": { "projectSpace": "acme", "version": 1 } })).await, "CONFLICT");
    let input = json!({ "projectSpace": "acme", "version": 2, "comment": "enough" });
    let (payload, entry) = audited(&admin, &app, RESET, json!({ "i": input })).await;
    assert_eq!(payload["policyStack"], json!({ "version": 3, "active": null, "monitored": null }));
    assert_eq!(entry.change("active_revision"), Some((json!(1), json!(null))));
    follow(&app).await;
    assert_eq!(app.policy.revision(space(&app).await), None);
    assert!(app.policy.monitored_revision(space(&app).await).is_none());
    // Again, it is no change.
    let again = done(&admin, RESET, json!({ "projectSpace": "acme" })).await;
    assert_eq!(again["policyStack"]["version"], 3);
}

#[tokio::test]
async fn the_operator_resets_what_locked_everybody_out_and_what_is_damaged() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let deny = upload(&admin, &denying()).await;
    activate_all_the_same(&app, &admin, &revise(&admin, &[&deny]).await).await;
    assert_eq!(admin.code(RESET, json!({ "i": { "projectSpace": "acme" } })).await, "FORBIDDEN");
    policy_stack::reset(&app.services, &operator(), "acme", None, "").await.unwrap();
    follow(&app).await;

    let honest = upload(&admin, &permitting(1)).await;
    let revision = revise(&admin, &["standard", &honest]).await;
    done(&admin, ACTIVATE, json!({ "id": revision })).await;
    app.rows("UPDATE policy_module SET component = substr(component, 1, 100) RETURNING digest")
        .await
        .unwrap();
    app.rows("UPDATE policy_revision_entry SET settings = '{' RETURNING settings").await.unwrap();
    follow(&app).await;
    assert_eq!(
        admin.code("{ projectSpace(name: \"acme\") { groups { totalCount } } }", json!({})).await,
        "UNAVAILABLE"
    );
    app.pass(chrono::TimeDelta::seconds(1));
    policy_stack::reset(&app.services, &operator(), "acme", None, "damaged").await.unwrap();
    follow(&app).await;
    let stack = stack(&admin).await;
    assert_eq!(stack["active"], json!(null));
    assert_eq!(stack["history"]["nodes"][0]["byName"], json!(null));
}

#[tokio::test]
async fn resetting_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let inputs = ["acme", "nowhere"].map(|space| json!({ "projectSpace": space }));
    assert_denied(&app, &editor, RESET, inputs, ("admin_only", &[])).await;
}
