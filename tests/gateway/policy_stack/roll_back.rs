use super::{DELETE, RESET, ROLL_BACK, activate, done, revise, stack, upload};
use crate::policy::guest::permitting;
use crate::scene::{assert_denied, audited, faults, member, pairs};
use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::json;

#[tokio::test]
async fn rolling_back_goes_one_step_and_again_one_more() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut revisions = Vec::new();
    for number in 0..3 {
        let module = upload(&admin, &permitting(number)).await;
        revisions.push(revise(&admin, &["standard", &module]).await);
        activate(&app, &admin, &revisions[number as usize]).await;
    }
    let input = json!({ "projectSpace": "acme", "version": 3, "comment": "it went wrong" });
    let (payload, entry) = audited(&admin, &app, ROLL_BACK, json!({ "i": input })).await;
    assert_eq!(payload["policyStack"]["active"], json!({ "number": 2 }));
    assert_eq!(entry.change("active_revision"), Some((json!(3), json!(2))));
    assert_eq!(entry.change("kind"), Some((json!(null), json!("roll_back"))));
    let input = json!({ "projectSpace": "acme" });
    // Not forth again to what went wrong.
    app.pass(TimeDelta::seconds(1));
    assert_eq!(done(&admin, ROLL_BACK, input.clone()).await["policyStack"]["active"], json!({ "number": 1 }));
    // From there on, a new activation leads back to where it began.
    activate(&app, &admin, &revisions[2]).await;
    app.pass(TimeDelta::seconds(1));
    assert_eq!(done(&admin, ROLL_BACK, input.clone()).await["policyStack"]["active"], json!({ "number": 1 }));
    // Before the first one, `standard` answered.
    app.pass(TimeDelta::seconds(1));
    assert_eq!(done(&admin, ROLL_BACK, input.clone()).await["policyStack"]["active"], json!(null));
    assert_eq!(faults(&admin, ROLL_BACK, input).await, pairs(&[("INVALID_STATE", "projectSpace")]));
    let history = &stack(&admin).await["history"];
    let told: Vec<_> =
        history["nodes"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        ["ROLL_BACK", "ROLL_BACK", "ACTIVATE", "ROLL_BACK", "ROLL_BACK", "ACTIVATE", "ACTIVATE", "ACTIVATE"]
    );
}

#[tokio::test]
async fn a_reset_is_rolled_back_too() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = upload(&admin, &permitting(1)).await;
    activate(&app, &admin, &revise(&admin, &["standard", &module]).await).await;
    let input = json!({ "projectSpace": "acme" });
    done(&admin, RESET, input.clone()).await;
    assert_eq!(
        faults(&admin, ROLL_BACK, json!({ "projectSpace": "acme", "comment": "\0" })).await,
        pairs(&[("INVALID_VALUE", "comment")])
    );
    assert_eq!(done(&admin, ROLL_BACK, input).await["policyStack"]["active"], json!({ "number": 1 }));
}

#[tokio::test]
async fn where_nothing_was_activated_there_is_nothing_to_go_back_to() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = json!({ "projectSpace": "acme" });
    assert_eq!(faults(&admin, ROLL_BACK, input.clone()).await, pairs(&[("INVALID_STATE", "projectSpace")]));
    let one = upload(&admin, &permitting(1)).await;
    let (with, without) = (revise(&admin, &["standard", &one]).await, revise(&admin, &["standard"]).await);
    activate(&app, &admin, &with).await;
    activate(&app, &admin, &without).await;
    activate(&app, &admin, &revise(&admin, &["standard"]).await).await;
    // Two steps back lies a module that nobody kept.
    done(&admin, DELETE, json!({ "projectSpace": "acme", "digest": one })).await;
    done(&admin, ROLL_BACK, input.clone()).await;
    assert_eq!(faults(&admin, ROLL_BACK, input).await, pairs(&[("MODULE_UNKNOWN", "projectSpace")]));
}

#[tokio::test]
async fn rolling_back_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let inputs = ["acme", "nowhere"].map(|space| json!({ "projectSpace": space }));
    assert_denied(&app, &editor, ROLL_BACK, inputs, ("admin_only", &[])).await;
}
