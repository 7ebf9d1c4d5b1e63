//! A module with a fault locks nobody out of mending it.

use super::{RESET, ROLL_BACK, UPLOAD, activate, done, revise, sent, space};
use crate::policy::guest::component;
use crate::scene::{audited, faults, member};
use crate::support::{Actor, TestApp};
use fieldgate::policy::{ModuleSource, author};
use serde_json::{Value as Json, json};

const LIFT: &str = "mutation($i: LiftPolicyQuarantineInput!) { liftPolicyQuarantine(input: $i) {
    policyStack { version active { number } history { totalCount } } userErrors { code message path }
} }";
const CREATE_ROLE: &str =
    "mutation($i: CreateRoleInput!) { createRole(input: $i) { role { id } userErrors { code } } }";
const CREATE_GROUP: &str =
    "mutation($i: CreateGroupInput!) { createGroup(input: $i) { group { id } userErrors { code } } }";
const STACK: &str =
    "{ projectSpace(name: \"acme\") { policyStack { version active { number } modules { name } } } }";
const WORKERS: &str = "{ projectSpace(name: \"acme\") { mobileWorkers(first: 5) { nodes { username } } } }";

/// Permits everything, and stops at actions that begin with `r` and have 11 letters: `role.create` and `role.update`.
const STOPS_AT_ROLES: &str = r#"
    (func (export "decide") (param $question i32) (result i32)
      (if (i32.and (i32.eq (i32.load offset=60 (local.get $question)) (i32.const 11))
                   (i32.eq (i32.load8_u (i32.load offset=56 (local.get $question))) (i32.const 114)))
        (then (unreachable)))
      (i32.const 100))"#;
const STOPS: &str = r#"(func (export "decide") (param i32) (result i32) (unreachable))"#;
const ENDLESS: &str =
    r#"(func (export "decide") (param i32) (result i32) (loop $more (br $more)) (i32.const 100))"#;
/// Shows the workers whose `statuss` is nothing.
const UNKNOWN_ATTRIBUTE: &str = r#"
    (data (i32.const 512) "\02\00\00\00" "\10\02\00\00\01\00\00\00" "\00\00\00\00")
    (data (i32.const 528) "\06\00\00\00\00\00\00\00" "\58\02\00\00\07\00\00\00")
    (data (i32.const 600) "statuss")
    (func (export "scope") (param i32) (result i32) (i32.const 512))"#;
/// Shows the workers whose `status`, a text, is true.
const WRONG_TYPE: &str = r#"
    (data (i32.const 512) "\02\00\00\00" "\10\02\00\00\01\00\00\00" "\00\00\00\00")
    (data (i32.const 528) "\03\00\00\00\00\00\00\00" "\58\02\00\00\06\00\00\00" "\02\00\00\00\00\00\00\00" "\01")
    (data (i32.const 600) "status")
    (func (export "scope") (param i32) (result i32) (i32.const 512))"#;

/// Puts a module in force in `acme` on this gateway, past the checks, after `standard` was put in force twice.
async fn in_force(app: &TestApp, admin: &Actor<'_>, deviations: &str) {
    for _ in 0..2 {
        activate(app, admin, &revise(admin, &["standard"]).await).await;
    }
    let source = ModuleSource { component: component(deviations), settings: String::new() };
    app.policy.install(space(app).await, vec![author::standard(), source]).await.unwrap();
}

async fn extensions(actor: &Actor<'_>, document: &str, input: Json) -> Json {
    let answer = actor.run(document, json!({ "i": input })).await;
    let extensions = &answer["errors"][0]["extensions"];
    json!([extensions["code"], extensions["fault"]])
}

#[tokio::test]
async fn a_module_that_stops_at_one_action_is_left_alone_for_that_action() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    in_force(&app, &admin, STOPS_AT_ROLES).await;
    let role = json!({ "projectSpace": "acme", "name": "Nurse", "permissions": [] });
    for fault in ["trap", "trap", "trap", "trap", "trap", "quarantine", "quarantine"] {
        assert_eq!(extensions(&admin, CREATE_ROLE, role.clone()).await, json!(["UNAVAILABLE", fault]));
    }
    let group = json!({ "projectSpace": "acme", "name": "Nurses" });
    assert_eq!(done(&admin, CREATE_GROUP, group).await["group"]["id"].as_str().map(str::len), Some(35));
    assert_eq!(admin.run(STACK, json!({})).await["data"]["projectSpace"]["policyStack"]["version"], 2);
}

#[tokio::test]
async fn where_the_stack_gives_no_answer_standard_answers_admins_about_the_policies() {
    // A module that never ends misses its deadline until the space has used up its time.
    for (deviations, faults) in [(STOPS, &["trap"][..]), (ENDLESS, &["deadline", "over_budget"][..])] {
        for (mutation, version) in [(LIFT, 3), (RESET, 3), (ROLL_BACK, 3)] {
            let app = TestApp::spawn().await;
            let admin = app.admin().await;
            let member = member(&app, "Member", &["edit_web_users"], &[]).await;
            in_force(&app, &admin, deviations).await;
            let input = json!({ "projectSpace": "acme" });

            // Others are denied by `standard`, which is heard first. They and admins get no answer to anything else.
            assert_eq!(extensions(&member, mutation, input.clone()).await, json!(["FORBIDDEN", null]));
            let answer = member.run(STACK, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
            let group = json!({ "projectSpace": "acme", "name": "Nurses" });
            let answer = extensions(&admin, CREATE_GROUP, group).await;
            let is_one = faults.iter().any(|fault| answer == json!(["UNAVAILABLE", fault]));
            assert!(is_one, "{answer}");

            let answer = admin.run(STACK, json!({})).await;
            assert_eq!(answer["data"]["projectSpace"]["policyStack"]["version"], 2, "{answer}");
            let (payload, entry) = audited(&admin, &app, mutation, json!({ "i": input })).await;
            assert_eq!(payload["policyStack"]["version"], version, "{payload}");
            let (standard, cause) = entry.policy.split_once(" in place of ").unwrap();
            assert!(standard.starts_with("standard@"), "{entry:?}");
            let is_one = faults.iter().any(|fault| cause.ends_with(&format!(" ({fault})")));
            // A stack that is over its budget is named as a whole; any other fault names its module.
            let is_named = if cause.ends_with(" (over_budget)") {
                cause.starts_with("standard@") && cause.contains(", hostile@")
            } else {
                cause.starts_with("hostile@")
            };
            assert!(is_named && is_one, "{entry:?}");
            app.keep_decisions().await;
            let kept =
                app.rows("SELECT policy FROM decision WHERE action = 'policy.activate'").await.unwrap();
            assert!(kept.iter().flatten().any(|policy| *policy == entry.policy), "{kept:?}");
            if faults.contains(&"deadline") {
                // One is enough of what takes its time.
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_condition_that_lists_cannot_be_filtered_by_is_refused_when_the_module_is_tried() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (deviations, attribute) in [(UNKNOWN_ATTRIBUTE, "statuss"), (WRONG_TYPE, "status")] {
        let component = component(deviations);
        assert_eq!(faults(&admin, UPLOAD, sent(&component)).await[0].0, "MODULE_FAULTY");
        let answer = admin.run(UPLOAD, json!({ "i": sent(&component) })).await;
        let message = answer["data"]["uploadPolicyModule"]["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains(&format!("names the attribute `{attribute}`")), "{message}");
    }
}

#[tokio::test]
async fn a_condition_that_lists_cannot_be_filtered_by_shows_nothing_and_is_a_fault_with_a_name() {
    for (deviations, attribute) in [(UNKNOWN_ATTRIBUTE, "statuss"), (WRONG_TYPE, "status")] {
        let app = TestApp::spawn().await;
        let admin = app.admin().await;
        let member = member(&app, "Member", &["view_commcare_users", "access_all_locations"], &[]).await;
        in_force(&app, &admin, deviations).await;
        let answer = admin.run(WORKERS, json!({})).await;
        let error = &answer["errors"][0];
        let facts = json!([
            error["extensions"]["code"],
            error["extensions"]["fault"],
            error["extensions"]["attribute"]
        ]);
        assert_eq!(facts, json!(["UNAVAILABLE", "contract", attribute]), "{answer}");
        assert!(error["extensions"]["policy"].as_str().unwrap().starts_with("hostile@"), "{answer}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("hostile@") && message.contains(&format!("`{attribute}`")), "{message}");
        // Who is no admin learns nothing of the module.
        let answer = member.run(WORKERS, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"],
            json!({ "code": "UNAVAILABLE", "decisionId": answer["errors"][0]["extensions"]["decisionId"] })
        );
        // The fault counts, for this action.
        for _ in 0..4 {
            admin.run(WORKERS, json!({})).await;
        }
        let answer = admin.run(WORKERS, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["fault"], "quarantine", "{answer}");
    }
}
