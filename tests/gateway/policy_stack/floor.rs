//! Managing policies is an action under policy, and needs an admin whatever the policy says: who may change it could permit
//! themselves everything.

use super::{
    ACTIVATE, DELETE, MONITOR, RESET, REVISE, ROLL_BACK, SET_CASES, STOP, UPLOAD, activate, digest, revise,
    sent, upload,
};
use crate::policy::guest::permitting;
use crate::scene::{entries, faults, member};
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn under_a_policy_that_permits_everything_only_admins_manage_policies() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let member = member(&app, "Member", &["edit_web_users"], &[]).await;
    let honest = upload(&admin, &permitting(1)).await;
    let revision = revise(&admin, &[&honest]).await;
    let other = revise(&admin, &["standard", &honest]).await;
    activate(&app, &admin, &revision).await;
    let before = entries(&app, "").await.len();
    let space = json!({ "projectSpace": "acme" });
    for (mutation, input) in [
        (UPLOAD, sent(&permitting(2))),
        (DELETE, json!({ "projectSpace": "acme", "digest": digest(&permitting(1)) })),
        (REVISE, json!({ "projectSpace": "acme", "modules": [{ "standard": true }] })),
        (SET_CASES, json!({ "projectSpace": "acme", "cases": "cases: []" })),
        (MONITOR, json!({ "id": other })),
        (STOP, space.clone()),
        (ACTIVATE, json!({ "id": other })),
        (ROLL_BACK, space.clone()),
        (RESET, space),
    ] {
        let found = faults(&member, mutation, input.clone()).await;
        assert!(matches!(found.as_slice(), [(code, _)] if code == "ADMIN_ONLY"), "{mutation}: {found:?}");
    }
    assert_eq!(entries(&app, "").await.len(), before);
    // To read them is up to the policy.
    let query = "{ projectSpace(name: \"acme\") { policyStack { active { number } } } }";
    let answer = member.run(query, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["policyStack"]["active"]["number"], 1, "{answer}");
}
