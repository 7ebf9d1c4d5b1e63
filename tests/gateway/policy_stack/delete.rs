use super::{ACTIVATE, DELETE, MONITOR, ROLL_BACK, activate, digest, done, revise, stack, upload};
use crate::policy::guest::permitting;
use crate::scene::{assert_denied, audited, faults, member, pairs};
use crate::support::TestApp;
use chrono::TimeDelta;
use fieldgate::service::housekeeping::sweep;
use serde_json::json;

#[tokio::test]
async fn a_module_that_is_not_in_use_is_deleted_and_its_bytes_go_some_time_later() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = upload(&admin, &permitting(1)).await;
    let revision = revise(&admin, &[&module]).await;
    let input = json!({ "projectSpace": "acme", "digest": module.to_uppercase() });
    let (payload, entry) = audited(&admin, &app, DELETE, json!({ "i": input })).await;
    assert_eq!(payload["deletedDigest"], *module);
    assert_eq!((entry.action.as_str(), entry.resource.as_str()), ("policy.delete", module.as_str()));
    assert_eq!(stack(&admin).await["modules"], json!([]));
    assert_eq!(faults(&admin, DELETE, input).await, pairs(&[("MODULE_UNKNOWN", "digest")]));
    // The revision can still be read, and not be used.
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": revision })).await, pairs(&[("MODULE_UNKNOWN", "id")]));

    let bytes = "SELECT digest FROM policy_module";
    assert_eq!(sweep(&app.services).await.unwrap().policy_modules, 0);
    app.pass(TimeDelta::hours(2));
    let admin = app.admin().await;
    assert_eq!(sweep(&app.services).await.unwrap().policy_modules, 1);
    assert_eq!(app.rows(bytes).await.unwrap(), Vec::<Vec<String>>::new());
    // Uploaded again, the revision works again; and what somebody has is never swept.
    upload(&admin, &permitting(1)).await;
    app.pass(TimeDelta::hours(2));
    assert_eq!(sweep(&app.services).await.unwrap().policy_modules, 0);
    let admin = app.admin().await;
    activate(&app, &admin, &revision).await;
}

#[tokio::test]
async fn what_is_in_force_monitored_or_where_rolling_back_leads_stays() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (mut modules, mut revisions) = (Vec::new(), Vec::new());
    for number in 0..3 {
        modules.push(upload(&admin, &permitting(number)).await);
        revisions.push(revise(&admin, &[&modules[number as usize]]).await);
    }
    activate(&app, &admin, &revisions[0]).await;
    activate(&app, &admin, &revisions[1]).await;
    done(&admin, MONITOR, json!({ "id": revisions[2] })).await;
    for module in &modules {
        let input = json!({ "projectSpace": "acme", "digest": module });
        assert_eq!(faults(&admin, DELETE, input).await, pairs(&[("MODULE_IN_USE", "digest")]));
    }
    done(&admin, ROLL_BACK, json!({ "projectSpace": "acme" })).await;
    let input = json!({ "projectSpace": "acme", "digest": modules[1] });
    assert_eq!(faults(&admin, DELETE, input).await, [], "nothing leads back to it any more");
}

#[tokio::test]
async fn deleting_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let module = digest(&permitting(1));
    let inputs = ["acme", "nowhere"].map(|space| json!({ "projectSpace": space, "digest": module }));
    assert_denied(&app, &editor, DELETE, inputs, ("admin_only", &[])).await;
}
