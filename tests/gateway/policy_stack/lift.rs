use super::{MONITOR, activate, digest, done, revise, space, stack};
use crate::policy::guest::component;
use crate::scene::{assert_denied, audited, member};
use crate::support::{Actor, TestApp};
use chrono::TimeDelta;
use fieldgate::app::PolicyWatch;
use fieldgate::authz::StackModule;
use fieldgate::domain::PolicyRevisionId;
use fieldgate::policy::{ModuleSource, author};
use fieldgate::service::housekeeping::sweep;
use serde_json::{Value as Json, json};
use std::sync::Arc;

const LIFT: &str = "mutation($i: LiftPolicyQuarantineInput!) { liftPolicyQuarantine(input: $i) {
    policyStack { version active { number } } userErrors { code message path }
} }";
const CREATE: &str =
    "mutation($i: CreateRoleInput!) { createRole(input: $i) { role { id } userErrors { code } } }";

/// Has a say about roles alone, and gives up on each of them.
fn giving_up() -> ModuleSource {
    let component = component(
        r#"
        (data (i32.const 0) "hostile1.0.0role.*")
        (data (i32.const 20) "\0c\00\00\00\06\00\00\00")
        (data (i32.const 32) "\00\00\00\00\07\00\00\00" "\07\00\00\00\05\00\00\00" "\00\00\00\00\00\00\00\00"
          "\00\00\00\00\00\00\00\00" "\14\00\00\00\01\00\00\00")
        (func (export "describe") (result i32) (i32.const 32))
        (func (export "decide") (param i32) (result i32) (unreachable))
        "#,
    );
    ModuleSource { component, settings: String::new() }
}

async fn create(admin: &Actor<'_>, name: &str) -> Json {
    let input = json!({ "projectSpace": "acme", "name": name, "permissions": [] });
    admin.run(CREATE, json!({ "i": input })).await
}

async fn quarantines(admin: &Actor<'_>) -> Json {
    let query = "{ projectSpace(name: \"acme\") { policyStack { quarantines {
        policy revision { number } isMonitored beganAt until isOver
    } } } }";
    let answer = admin.run(query, json!({})).await;
    answer["data"]["projectSpace"]["policyStack"]["quarantines"].clone()
}

#[tokio::test]
async fn a_quarantine_is_seen_by_admins_and_lifted_by_them_on_every_gateway() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    activate(&app, &admin, &revise(&admin, &["standard"]).await).await;
    let mut watch = PolicyWatch::new(app.services.store.clone(), Arc::clone(&app.policy));
    watch.look().await.unwrap();
    let acme = space(&app).await;
    app.policy.install(acme, vec![author::standard(), giving_up()]).await.unwrap();

    for fault in ["trap", "trap", "trap", "trap", "trap", "quarantine"] {
        let answer = create(&admin, "Nurse").await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(
            json!([extensions["code"], extensions["fault"]]),
            json!(["UNAVAILABLE", fault]),
            "{answer}"
        );
    }
    assert_eq!(quarantines(&admin).await, json!([]), "this gateway has not told yet");
    watch.look().await.unwrap();
    let told = quarantines(&admin).await;
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert!(told[0]["policy"].as_str().unwrap().starts_with("hostile@"), "{told}");
    assert_eq!(json!([told[0]["isOver"], told[0]["isMonitored"]]), json!([false, false]), "{told}");

    let before = stack(&admin).await["version"].as_i64().unwrap();
    let (payload, entry) = audited(&admin, &app, LIFT, json!({ "i": { "projectSpace": "acme" } })).await;
    assert_eq!(payload["policyStack"], json!({ "version": before + 1, "active": { "number": 1 } }));
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("policy.activate", "policy_stack"));
    assert_eq!(entry.change("version"), Some((json!(before), json!(before + 1))));
    // What this gateway has loaded since is what the database has: `standard`.
    watch.look().await.unwrap();
    assert!(create(&admin, "Nurse").await["errors"].is_null());
    assert_eq!(quarantines(&admin).await[0]["isOver"], true);

    app.pass(TimeDelta::days(8));
    sweep(&app.services).await.unwrap();
    assert_eq!(quarantines(&app.admin().await).await, json!([]));
}

#[tokio::test]
async fn a_quarantine_of_the_monitored_revision_is_seen_and_lifted_as_well() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = revise(&admin, &["standard"]).await;
    done(&admin, MONITOR, json!({ "id": id })).await;
    let mut watch = PolicyWatch::new(app.services.store.clone(), Arc::clone(&app.policy));
    watch.look().await.unwrap();
    let ModuleSource { component, .. } = giving_up();
    let hostile = StackModule::Uploaded { digest: digest(&component), component, settings: String::new() };
    let revision = PolicyRevisionId::parse(&id).unwrap();
    app.policy.monitor(space(&app).await, revision, vec![StackModule::Standard, hostile]).await.unwrap();

    for name in ["One", "Two", "Three", "Four", "Five"] {
        assert!(
            create(&admin, name).await["errors"].is_null(),
            "a revision that is monitored denies nothing"
        );
    }
    app.keep_decisions().await;
    watch.look().await.unwrap();
    let told = quarantines(&admin).await;
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert!(told[0]["policy"].as_str().unwrap().starts_with("hostile@"), "{told}");
    let facts = json!([told[0]["revision"]["number"], told[0]["isMonitored"], told[0]["isOver"]]);
    assert_eq!(facts, json!([1, true, false]), "{told}");

    let payload = done(&admin, LIFT, json!({ "projectSpace": "acme" })).await;
    assert_eq!(payload["policyStack"]["version"], 2);
    watch.look().await.unwrap();
    // The revision was loaded anew, as the database has it: `standard` alone.
    assert_eq!(app.policy.monitored_revision(space(&app).await).unwrap().modules().len(), 1);
    assert_eq!(quarantines(&admin).await[0]["isOver"], true);
}

#[tokio::test]
async fn a_quarantine_that_the_database_does_not_take_is_told_once_it_does() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    activate(&app, &admin, &revise(&admin, &["standard"]).await).await;
    let mut watch = PolicyWatch::new(app.services.store.clone(), Arc::clone(&app.policy));
    watch.look().await.unwrap();
    app.policy.install(space(&app).await, vec![author::standard(), giving_up()]).await.unwrap();
    for _ in 0..5 {
        create(&admin, "Nurse").await;
    }
    app.rows("ALTER TABLE policy_quarantine RENAME TO away").await.unwrap();
    // What else there is to look at is looked at.
    watch.look().await.unwrap();
    watch.look().await.unwrap();
    app.rows("ALTER TABLE away RENAME TO policy_quarantine").await.unwrap();
    assert_eq!(quarantines(&admin).await, json!([]));
    watch.look().await.unwrap();
    watch.look().await.unwrap();
    let told = quarantines(&admin).await;
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told[0]["isOver"], false, "it is of the version of the stack in which it began: {told}");
}

#[tokio::test]
async fn where_nothing_was_ever_put_in_force_there_is_nothing_to_lift() {
    let app = TestApp::spawn().await;
    let answer = app.admin().await.run(LIFT, json!({ "i": { "projectSpace": "acme" } })).await;
    let payload = &answer["data"]["liftPolicyQuarantine"];
    assert_eq!(
        payload,
        &json!({ "policyStack": { "version": 0, "active": null }, "userErrors": [] }),
        "{answer}"
    );
}

#[tokio::test]
async fn lifting_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let inputs = ["acme", "nowhere"].map(|space| json!({ "projectSpace": space }));
    assert_denied(&app, &editor, LIFT, inputs, ("admin_only", &[])).await;
}
