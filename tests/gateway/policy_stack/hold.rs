//! What must hold before a revision is put in force: the project space's cases, and that whoever does it can take it back.

use super::{
    ACTIVATE, RESET, REVISE, ROLL_BACK, SET_CASES, activate, activate_all_the_same, done, example, follow,
    revise, stack, upload,
};
use crate::policy::guest::{DENY, component, denying, permitting};
use crate::scene::{faults, pairs};
use crate::support::{Actor, TestApp, operator};
use chrono::TimeDelta;
use fieldgate::authz::{Attributes, InspectedModule, UploadPolicyModule};
use fieldgate::domain::PolicyRevisionId;
use fieldgate::service::policy_stack::{self as shipping, LockOut};
use serde_json::{Value as Json, json};

/// What `standard` says, and no module that permits everything.
const CASES: &str = "
principals:
  ann: { admin: true }
  musa: { kind: mobile-worker }
resources:
  amina: { username: amina }
cases:
  - { name: admins make groups, principal: ann, action: group.create, expect: permit }
  - { name: workers do not, principal: musa, action: group.create, expect: deny }
  - { name: workers see nobody, principal: musa, action: mobile_worker.read, rows: [amina], shows: [] }
";

async fn set(actor: &Actor<'_>, cases: Json) {
    done(actor, SET_CASES, json!({ "projectSpace": "acme", "cases": cases })).await;
}

/// The codes and messages with which something is refused, and its path.
async fn refusals(actor: &Actor<'_>, mutation: &str, input: Json) -> Vec<(String, String, Json)> {
    let answer = actor.run(mutation, json!({ "i": input })).await;
    let payload = answer["data"].as_object().and_then(|data| data.values().next()).unwrap();
    assert_eq!(payload["policyStack"], json!(null), "{answer}");
    let told = |error: &Json| {
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        (text("code"), text("message"), error["path"].clone())
    };
    payload["userErrors"].as_array().unwrap().iter().map(told).collect()
}

/// A module about these actions alone: `decide` is what it does.
fn about(actions: &str, decide: &str) -> Vec<u8> {
    assert!(actions.len() <= 12);
    let length = actions.len();
    component(&format!(
        r#"
        (data (i32.const 0) "hostile1.0.0{actions}")
        (data (i32.const 24) "\0c\00\00\00\{length:02x}\00\00\00")
        (data (i32.const 32) "\00\00\00\00\07\00\00\00" "\07\00\00\00\05\00\00\00" "\00\00\00\00\00\00\00\00"
          "\00\00\00\00\00\00\00\00" "\18\00\00\00\01\00\00\00")
        (func (export "describe") (result i32) (i32.const 32))
        (data (i32.const 512) "{DENY}")
        (func (export "decide") (param i32) (result i32) {decide})
        "#
    ))
}

/// Keeps a module as if it had been looked at and found good.
async fn smuggle(app: &TestApp, component: Vec<u8>) -> String {
    let services = &app.services;
    let stack = services.store.policy_stack_of("acme").await.unwrap().unwrap();
    let digest = super::digest(&component);
    let proposed = Attributes::new().with("digest", digest.clone());
    let proof =
        services.authorizer.authorize::<UploadPolicyModule>(&operator(), stack, proposed).await.unwrap();
    let mut work = services.store.begin(proof).await.unwrap();
    let module = InspectedModule {
        digest: digest.clone(),
        component,
        class: "compact",
        name: "hostile".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        actions: Vec::new(),
        settings_schema: String::new(),
        signed_by: None,
    };
    work.upload(module).await.unwrap();
    let _done = work.commit().await.unwrap();
    digest
}

#[tokio::test]
async fn a_revision_under_which_a_case_does_not_hold_is_not_activated() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let lax = upload(&admin, &permitting(1)).await;
    let (good, bad) = (revise(&admin, &["standard", &lax]).await, revise(&admin, &[&lax]).await);
    set(&admin, json!(CASES)).await;
    let found = refusals(&admin, ACTIVATE, json!({ "id": bad })).await;
    let told = |message: &str| ("CASES_FAILED".to_owned(), message.to_owned(), json!(["id"]));
    assert_eq!(
        found,
        [
            told("case `workers do not`: expected deny, and it permits"),
            told("case `workers see nobody`: expected nothing, and it shows amina"),
        ]
    );
    let now = stack(&admin).await;
    assert_eq!(
        (&now["version"], &now["active"], &now["history"]["totalCount"]),
        (&json!(1), &json!(null), &json!(0))
    );
    // The stack as a whole answers: with `standard` in front, all is well.
    activate(&app, &admin, &good).await;
    // The operator is held to them too.
    let id = PolicyRevisionId::parse(&bad).unwrap();
    let refused = shipping::activate(&app.services, &operator(), id, None, "", LockOut::Confirmed).await;
    assert!(format!("{refused:?}").contains("CasesFailed"), "{refused:?}");
    set(&admin, json!(null)).await;
    activate(&app, &admin, &bad).await;
}

#[tokio::test]
async fn a_stack_answers_with_the_settings_of_its_revision() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = upload(&admin, &example("working-hours")).await;
    let mut revisions = Vec::new();
    for from in [8, 10] {
        let settings = json!({ "days": [1, 2, 3, 4, 5], "from": from, "to": 18, "utc_offset_minutes": 0 });
        let modules = json!([{ "standard": true }, { "digest": module, "settings": settings }]);
        let made = done(&admin, REVISE, json!({ "projectSpace": "acme", "modules": modules })).await;
        revisions.push(made["policyRevision"]["id"].clone());
    }
    let cases = "
at: 2026-11-24T09:00:00Z
principals: { musa: { permissions: [edit_commcare_users, access_all_locations] } }
resources: { amina: {} }
cases:
  - { name: work begins at nine, principal: musa, action: mobile_worker.update, resource: amina, expect: permit }
  - { name: not at seven, principal: musa, action: mobile_worker.update, resource: amina, at: '2026-11-24T07:00:00Z', expect: forbidden, reason: outside_working_hours }
";
    set(&admin, json!(cases)).await;
    let input = json!({ "id": revisions[1] });
    assert_eq!(faults(&admin, ACTIVATE, input).await, pairs(&[("CASES_FAILED", "id")]));
    done(&admin, ACTIVATE, json!({ "id": revisions[0] })).await;
}

#[tokio::test]
async fn of_many_cases_that_do_not_hold_the_first_five_are_told() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let lax = upload(&admin, &permitting(1)).await;
    let revision = revise(&admin, &[&lax]).await;
    let many = "  - { name: x, principal: musa, action: group.create, expect: deny }\n".repeat(30);
    set(&admin, json!(format!("{CASES}{many}"))).await;
    let found = refusals(&admin, ACTIVATE, json!({ "id": revision })).await;
    assert_eq!(found.len(), 6);
    assert_eq!(found[5].1, "27 more of the 33 cases do not hold");
}

#[tokio::test]
async fn cases_hold_up_a_roll_back_and_never_a_reset() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let lax = upload(&admin, &permitting(1)).await;
    activate(&app, &admin, &revise(&admin, &[&lax]).await).await;
    activate(&app, &admin, &revise(&admin, &["standard"]).await).await;
    set(&admin, json!(CASES)).await;
    let input = json!({ "projectSpace": "acme" });
    let twice = pairs(&[("CASES_FAILED", "projectSpace"), ("CASES_FAILED", "projectSpace")]);
    assert_eq!(faults(&admin, ROLL_BACK, input.clone()).await, twice);
    // Where rolling back leads to `standard`, that is asked.
    set(&admin, json!(CASES.replace("expect: deny", "expect: permit"))).await;
    done(&admin, RESET, input.clone()).await;
    set(&admin, json!(CASES)).await;
    app.pass(TimeDelta::seconds(1));
    done(&admin, ROLL_BACK, input).await;
    assert_eq!(stack(&admin).await["active"], json!({ "number": 2 }));
}

#[tokio::test]
async fn where_rolling_back_leads_to_standard_its_answers_must_hold_as_well() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let lax = upload(&admin, &permitting(1)).await;
    activate(&app, &admin, &revise(&admin, &[&lax]).await).await;
    set(
        &admin,
        json!(CASES.replace("expect: deny", "expect: permit").replace("shows: []", "shows: [amina]")),
    )
    .await;
    let input = json!({ "projectSpace": "acme" });
    let twice = pairs(&[("CASES_FAILED", "projectSpace"), ("CASES_FAILED", "projectSpace")]);
    assert_eq!(faults(&admin, ROLL_BACK, input.clone()).await, twice);
    set(&admin, json!(CASES)).await;
    done(&admin, ROLL_BACK, input).await;
}

#[tokio::test]
async fn cases_that_cannot_be_read_any_more_hold_for_nobody() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let revision = revise(&admin, &["standard"]).await;
    set(&admin, json!(CASES)).await;
    let sql = "UPDATE policy_cases SET text = replace(text, 'group.create', 'group.invent') RETURNING text";
    app.rows(sql).await.unwrap();
    let found = refusals(&admin, ACTIVATE, json!({ "id": revision })).await;
    let [(code, message, _)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(code, "CASES_FAILED");
    assert!(message.contains("set them anew") && message.contains("`group.invent`"), "{message}");
}

#[tokio::test]
async fn a_case_without_an_answer_does_not_hold() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = smuggle(&app, about("group.*", "(unreachable)")).await;
    let revision = revise(&admin, &["standard", &module]).await;
    set(&admin, json!(CASES)).await;
    let found = refusals(&admin, ACTIVATE, json!({ "id": revision })).await;
    // `standard` denies the second before the other module is asked.
    let [(code, message, _)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(code, "CASES_FAILED");
    assert!(
        message.starts_with("case `admins make groups`: expected permit, and it gives no answer: hostile@"),
        "{message}"
    );
}

#[tokio::test]
async fn whoever_would_lock_themselves_out_is_told_so_and_may_do_it_all_the_same() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let deny = upload(&admin, &denying()).await;
    let revision = revise(&admin, &["standard", &deny]).await;
    let found = refusals(&admin, ACTIVATE, json!({ "id": revision })).await;
    let [(code, message, path)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((code.as_str(), path), ("LOCKS_YOU_OUT", &json!(["id"])));
    for part in [
        "see the policies (`policy.read`)",
        "activate a revision",
        "roll back",
        "`hostile@",
        "signed in as you are now; it may take the gateway's operator to undo that",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(stack(&admin).await["version"], 0);
    activate_all_the_same(&app, &admin, &revision).await;
    assert_eq!(admin.code(RESET, json!({ "i": { "projectSpace": "acme" } })).await, "FORBIDDEN");
    // The operator goes back, and there again, without being asked.
    let services = &app.services;
    shipping::roll_back(services, &operator(), "acme", None, "", LockOut::Refused).await.unwrap();
    follow(&app).await;
    app.pass(TimeDelta::seconds(1));
    let id = PolicyRevisionId::parse(&revision).unwrap();
    shipping::activate(services, &operator(), id, None, "", LockOut::Refused).await.unwrap();
}

#[tokio::test]
async fn each_thing_that_would_be_lost_is_told_alone() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (actions, decide, lost, kept) in [
        ("policy.read", "(i32.const 512)", "see the policies", "roll back"),
        ("policy.a*", "(i32.const 512)", "roll back", "see the policies"),
        ("policy.a*", "(unreachable)", "it trapped", "see the policies"),
    ] {
        let module = smuggle(&app, about(actions, decide)).await;
        let revision = revise(&admin, &["standard", &module]).await;
        let found = refusals(&admin, ACTIVATE, json!({ "id": revision })).await;
        let [(code, message, _)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(code, "LOCKS_YOU_OUT");
        assert!(message.contains(lost) && !message.contains(kept), "{actions}: {message}");
    }
}

#[tokio::test]
async fn a_lock_out_is_noticed_when_rolling_back_as_well() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let deny = upload(&admin, &denying()).await;
    let locked = revise(&admin, &["standard", &deny]).await;
    activate_all_the_same(&app, &admin, &locked).await;
    // As if the operator had made it better.
    let better = PolicyRevisionId::parse(&revise_by_operator(&app).await).unwrap();
    app.pass(TimeDelta::seconds(1));
    shipping::activate(&app.services, &operator(), better, None, "", LockOut::Refused).await.unwrap();
    follow(&app).await;
    app.pass(TimeDelta::seconds(1));
    let input = json!({ "projectSpace": "acme" });
    assert_eq!(faults(&admin, ROLL_BACK, input).await, pairs(&[("LOCKS_YOU_OUT", "projectSpace")]));
    done(&admin, ROLL_BACK, json!({ "projectSpace": "acme", "confirmLockOut": true })).await;
}

async fn revise_by_operator(app: &TestApp) -> String {
    use fieldgate::domain::PolicyEntryInput;
    let standard = PolicyEntryInput { digest: None, settings: None };
    let made = shipping::revise(&app.services, &operator(), "acme", &[standard], "").await.unwrap();
    made.id.to_string()
}

#[tokio::test]
async fn cases_come_before_the_lock_out() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let deny = upload(&admin, &denying()).await;
    let revision = revise(&admin, &["standard", &deny]).await;
    set(&admin, json!(CASES)).await;
    let input = json!({ "id": revision, "confirmLockOut": true });
    assert_eq!(faults(&admin, ACTIVATE, input).await, pairs(&[("CASES_FAILED", "id")]));
}
