use super::{DEACTIVATE, explained, forbidden, keeping};
use crate::policy_stack::{MONITOR, STOP, activate, done, example, follow, upload};
use crate::scene::{EDITOR, VIEWER, member, worker};
use crate::support::{Actor, TestApp};
use fieldgate::service::decision::{DecisionLogConfig, write_some};
use fieldgate::service::housekeeping::sweep;
use serde_json::{Value as Json, json};

const REVISE: &str = crate::policy_stack::REVISE;
const UPDATE: &str =
    "mutation($i: UpdateProjectSpaceInput!) { updateProjectSpace(input: $i) { userErrors { code } } }";
const REPORT: &str =
    "query($revision: ID) { projectSpace(name: \"acme\") { policyStack { monitorReport(revision: $revision) {
    revision { id number } since
    total { action decisions agreed gained lost told unclear faulted notAsked }
    byAction { action decisions agreed gained lost told unclear faulted notAsked }
    differences { nodes { decisionId at action effect was wouldBe } pageInfo { hasNextPage } }
} } } }";

/// A revision that answers about mobile workers alone, and permits all of that to everybody.
pub async fn lax(admin: &Actor<'_>) -> String {
    let module = upload(admin, &example("own-groups")).await;
    let modules = json!([{ "digest": module, "settings": { "groups": {} } }]);
    let made = done(admin, REVISE, json!({ "projectSpace": "acme", "modules": modules })).await;
    made["policyRevision"]["id"].as_str().unwrap().to_owned()
}

pub async fn report(actor: &Actor<'_>, revision: Option<&str>) -> Json {
    let answer = actor.run(REPORT, json!({ "revision": revision })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["projectSpace"]["policyStack"]["monitorReport"].clone()
}

pub async fn monitored(app: &TestApp, admin: &Actor<'_>) -> String {
    let revision = lax(admin).await;
    done(admin, MONITOR, json!({ "id": revision })).await;
    follow(app).await;
    // What was asked before is not compared.
    app.keep_decisions().await;
    app.rows("DELETE FROM decision_tally").await.unwrap();
    app.rows("DELETE FROM decision_difference").await.unwrap();
    revision
}

pub fn action(report: &Json, name: &str) -> Json {
    let all = report["byAction"].as_array().unwrap_or_else(|| panic!("{report}"));
    all.iter().find(|it| it["action"] == name).cloned().unwrap_or_default()
}

#[tokio::test]
async fn every_question_is_put_to_the_monitored_revision_and_decides_nothing() {
    let app = keeping(DecisionLogConfig { sample_reads: 0.0, ..DecisionLogConfig::default() }).await;
    let id = worker(&app, "amina").await;
    let (viewer, editor) =
        (member(&app, "Viewer", VIEWER, &[]).await, member(&app, "Editor", EDITOR, &[]).await);
    let admin = app.admin().await;
    let revision = monitored(&app, &admin).await;

    let denied = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    editor.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let settings = json!({ "i": { "projectSpace": "acme", "displayName": "Acme Health" } });
    let changed = admin.run(UPDATE, settings).await;
    assert!(changed["errors"].is_null(), "a revision that is monitored decides nothing: {changed}");
    viewer.run("{ projectSpace(name: \"acme\") { mobileWorkers { nodes { id } } } }", json!({})).await;
    app.keep_decisions().await;

    let told = report(&admin, None).await;
    assert_eq!(told["revision"]["id"], json!(revision), "{told}");
    let of = |name: &str| {
        let it = action(&told, name);
        json!([
            it["decisions"],
            it["agreed"],
            it["gained"],
            it["lost"],
            it["told"],
            it["unclear"],
            it["faulted"]
        ])
    };
    assert_eq!(of("mobile_worker.deactivate"), json!([2, 1, 1, 0, 0, 0, 0]), "{told}");
    assert_eq!(of("project_space.update"), json!([1, 0, 0, 1, 0, 0, 0]), "{told}");
    // Once for the list, and once before each change. Sampling does not apply.
    assert_eq!(of("mobile_worker.read"), json!([3, 3, 0, 0, 0, 0, 0]), "{told}");
    assert!(told["total"]["lost"].as_u64().unwrap() >= 2 && told["total"]["gained"] == 1, "{told}");
    assert!(told["since"].as_str().unwrap().starts_with("2026-09-21"), "{told}");

    let differences = told["differences"]["nodes"].as_array().unwrap();
    let gain = differences.iter().find(|it| it["effect"] == "GAINS").unwrap_or_else(|| panic!("{told}"));
    assert_eq!((&gain["decisionId"], &gain["wouldBe"]), (&denied["decisionId"], &json!("permits")), "{gain}");
    assert!(gain["was"].as_str().unwrap().contains("edit_commcare_users"), "{gain}");
    let lost = differences.iter().find(|it| it["action"] == "project_space.update").unwrap();
    assert_eq!((&lost["effect"], &lost["was"]), (&json!("LOSES"), &json!("permits")));
    // A difference can be looked into, whatever the sample.
    let read = differences.iter().find(|it| it["action"] == "project_space.read").unwrap();
    let told = explained(&admin, &read["decisionId"]).await;
    assert_eq!((&told["outcome"], &told["action"]), (&json!("PERMIT"), &json!("project_space.read")));
}

#[tokio::test]
async fn a_list_by_the_same_rules_is_the_same_list() {
    let app = keeping(DecisionLogConfig::default()).await;
    let tree = crate::scene::Tree::plant(&app).await;
    let near = member(&app, "Near", crate::scene::SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let admin = app.admin().await;
    monitored(&app, &admin).await;
    near.run("{ projectSpace(name: \"acme\") { mobileWorkers { nodes { id } } } }", json!({})).await;
    app.keep_decisions().await;
    let told = report(&admin, None).await;
    let read = action(&told, "mobile_worker.read");
    // They saw those at their places, and would see all.
    assert_eq!((&read["decisions"], &read["gained"]), (&json!(1), &json!(1)), "{told}");
}

#[tokio::test]
async fn the_report_stays_when_monitoring_ends_and_goes_with_time() {
    let app = keeping(DecisionLogConfig::default()).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let revision = monitored(&app, &admin).await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    app.keep_decisions().await;
    done(&admin, STOP, json!({ "projectSpace": "acme" })).await;
    follow(&app).await;
    let before = report(&admin, Some(&revision)).await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    app.keep_decisions().await;
    assert!(report(&admin, None).await.is_null());
    let after = report(&admin, Some(&revision)).await;
    assert_eq!(
        action(&before, "mobile_worker.deactivate"),
        action(&after, "mobile_worker.deactivate"),
        "{after}"
    );
    assert!(report(&admin, Some("pr_1")).await.is_null());
    app.pass(chrono::TimeDelta::days(31));
    while sweep(&app.services).await.unwrap().decisions > 0 {}
    let admin = app.admin().await;
    let told = report(&admin, Some(&revision)).await;
    assert_eq!(
        (&told["total"]["decisions"], &told["differences"]["nodes"]),
        (&json!(0), &json!([])),
        "{told}"
    );
}

#[tokio::test]
async fn what_was_compared_while_the_database_failed_is_counted_once() {
    let app = keeping(DecisionLogConfig::default()).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    monitored(&app, &admin).await;
    for table in ["decision", "decision_tally", "decision_difference"] {
        admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
        admin.run(UPDATE, json!({ "i": { "projectSpace": "acme", "displayName": table } })).await;
        app.rows(&format!("ALTER TABLE {table} RENAME TO away")).await.unwrap();
        for _ in 0..2 {
            assert!(write_some(&app.services).await.is_err(), "{table} is away");
        }
        app.rows(&format!("ALTER TABLE away RENAME TO {table}")).await.unwrap();
        app.keep_decisions().await;
    }
    let told = report(&admin, None).await;
    assert_eq!(action(&told, "mobile_worker.deactivate")["agreed"], 3, "{told}");
    assert_eq!(action(&told, "project_space.update")["lost"], 3, "{told}");
    let differences = told["differences"]["nodes"].as_array().unwrap();
    let of_update = differences.iter().filter(|it| it["action"] == "project_space.update");
    assert_eq!(of_update.count(), 3, "{told}");
    assert_eq!(app.services.decisions.take_dropped(), 0);
}

#[tokio::test]
async fn a_report_is_denied_to_whoever_may_not_see_policies() {
    let app = keeping(DecisionLogConfig::default()).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let admin = app.admin().await;
    let revision = monitored(&app, &admin).await;
    let answer = viewer.run(REPORT, json!({ "revision": revision })).await;
    assert!(answer["data"]["projectSpace"]["policyStack"].is_null(), "{answer}");
}

#[tokio::test]
async fn nobody_is_named_in_a_report() {
    let app = keeping(DecisionLogConfig::default()).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina.secret").await;
    let admin = app.admin().await;
    monitored(&app, &admin).await;
    forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    app.keep_decisions().await;
    let rows = app.rows("SELECT was, would_be, action, effect FROM decision_difference").await.unwrap();
    assert!(!rows.is_empty());
    let all = rows.into_iter().flatten().collect::<Vec<_>>().join(" ");
    assert!(!all.contains("amina") && !all.contains("acme.example"), "{all}");
}

#[tokio::test]
async fn a_decision_of_a_revision_is_explained_by_it_once_another_is_in_force() {
    let app = keeping(DecisionLogConfig { sample_reads: 1.0, ..DecisionLogConfig::default() }).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let module = upload(&admin, &example("second-admin")).await;
    let revision = crate::policy_stack::revise(&admin, &["standard", &module]).await;
    activate(&app, &admin, &revision).await;
    let denied = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    app.keep_decisions().await;
    done(&admin, crate::policy_stack::RESET, json!({ "projectSpace": "acme" })).await;
    follow(&app).await;
    let told = explained(&admin, &denied["decisionId"]).await;
    let modules = told["modules"].as_array().unwrap_or_else(|| panic!("{told}"));
    assert_eq!(modules.len(), 2, "{told}");
    assert!(modules[1]["module"].as_str().unwrap().starts_with("second-admin@"), "{told}");
}
