use super::monitor::lax;
use super::{DEACTIVATE, forbidden, spawn};
use crate::policy_stack::{REVISE, done, example, upload};
use crate::scene::{
    EDITOR, Tree, VIEWER, assert_not_found, declare, group, ids, member, nowhere, outsider, worker,
    worker_with,
};
use crate::support::{Actor, PASSWORD};
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Value as Json, json};

const REPLAY: &str = "query($revision: ID!, $last: Int) { policyReplay(revision: $revision, last: $last) {
    revision { id } incomplete masked since isCutShort
    total { decisions agreed gained lost told unclear faulted notAsked }
    byAction { action decisions agreed gained lost }
    people { principalId gained lost } lists { action decisions gained lost }
    examples { decisionId action effect was wouldBe principalId }
} }";

pub async fn replayed(actor: &Actor<'_>, revision: &str, last: Option<i32>) -> Json {
    let answer = actor.run(REPLAY, json!({ "revision": revision, "last": last })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["policyReplay"].clone()
}

#[tokio::test]
async fn past_decisions_are_put_to_a_revision_and_nothing_comes_of_it() {
    let app = spawn().await;
    let id = worker(&app, "amina").await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let denied = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    editor.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let admin = app.admin().await;
    let revision = lax(&admin).await;
    app.keep_decisions().await;
    let told = replayed(&admin, &revision, None).await;
    assert_eq!(told["revision"]["id"], json!(revision));
    let actions = told["byAction"].as_array().unwrap();
    let of = |name: &str| actions.iter().find(|it| it["action"] == name).cloned().unwrap_or_default();
    let deactivate = of("mobile_worker.deactivate");
    assert_eq!(
        (&deactivate["decisions"], &deactivate["agreed"], &deactivate["gained"]),
        (&json!(2), &json!(1), &json!(1)),
        "{told}"
    );
    let upload = of("policy.upload");
    assert_eq!((&upload["decisions"], &upload["lost"]), (&json!(1), &json!(1)), "{told}");
    let examples = told["examples"].as_array().unwrap();
    let gain = examples.iter().find(|it| it["effect"] == "GAINS").unwrap();
    assert_eq!(gain["decisionId"], denied["decisionId"], "{told}");
    let people = told["people"].as_array().unwrap();
    let gains = people.iter().find(|it| it["principalId"] == gain["principalId"]).unwrap();
    assert_eq!(gains["gained"], 1, "{told}");
    assert_eq!(
        (&told["masked"], &told["incomplete"], &told["isCutShort"]),
        (&json!(0), &json!(0), &json!(false))
    );

    // As before.
    assert_eq!(viewer.code(DEACTIVATE, json!({ "i": { "id": id } })).await, "FORBIDDEN");
    let one = replayed(&admin, &revision, Some(1)).await;
    assert_eq!(one["total"]["decisions"], 1, "{one}");
}

#[tokio::test]
async fn each_decision_is_put_with_the_moment_at_which_it_was_asked() {
    let app = spawn().await;
    member(&app, "Editor", EDITOR, &[]).await;
    // The test's clock begins on a Monday at 14:13 UTC.
    for (name, hours) in [("day", 10), ("night", 0)] {
        let editor = app.sign_in("editor@acme.example", PASSWORD).await;
        let id = worker(&app, name).await;
        let done = editor.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
        assert_eq!(done["data"]["deactivateMobileWorker"]["userErrors"], json!([]), "{done}");
        app.pass(chrono::TimeDelta::hours(hours));
    }
    let admin = app.admin().await;
    let module = upload(&admin, &example("working-hours")).await;
    let settings = json!({ "days": [1, 2, 3, 4, 5], "from": 8, "to": 18, "utc_offset_minutes": 0 });
    let modules = json!([{ "standard": true }, { "digest": module, "settings": settings }]);
    let made = done(&admin, REVISE, json!({ "projectSpace": "acme", "modules": modules })).await;
    let revision = made["policyRevision"]["id"].as_str().unwrap().to_owned();
    app.keep_decisions().await;
    let told = replayed(&admin, &revision, None).await;
    let actions = told["byAction"].as_array().unwrap();
    let deactivate = actions.iter().find(|it| it["action"] == "mobile_worker.deactivate").unwrap();
    assert_eq!(
        (&deactivate["decisions"], &deactivate["agreed"], &deactivate["lost"]),
        (&json!(2), &json!(1), &json!(1)),
        "{told}"
    );
}

#[tokio::test]
async fn a_replay_is_denied_to_whoever_may_not_see_policies() {
    let app = spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let admin = app.admin().await;
    let revision = lax(&admin).await;
    let outsider = outsider(&app).await;
    let (there, unknown) = (json!({ "revision": revision }), json!({ "revision": nowhere("pr") }));
    assert_not_found(&outsider, REPLAY, &there, &unknown).await;
    assert_not_found(&viewer, REPLAY, &there, &unknown).await;
    assert_eq!(app.stranger().code(REPLAY, there).await, "UNAUTHENTICATED");
    for (revision, last) in [("x", 1), (&*revision, 0), (&*revision, 5001), (&*revision, -1)] {
        let code = admin.code(REPLAY, json!({ "revision": revision, "last": last })).await;
        assert_eq!(code, "BAD_REQUEST", "{revision} {last}");
    }
}

#[tokio::test]
async fn of_lists_by_other_rules_the_rows_of_today_are_counted_that_come_and_go() {
    let app = spawn().await;
    let tree = Tree::plant(&app).await;
    let nurses = group(&app, "Nurses").await;
    declare(&app, "custom:supervise").await;
    let (north, south) = (tree.north.as_str(), tree.south.as_str());
    for (name, place, is_nurse) in
        [("one", north, false), ("two", north, false), ("three", north, true), ("four", south, true)]
    {
        let groups = if is_nurse { ids(&[&nurses]) } else { Patch::Keep };
        let input = MobileWorkerInput { locations: ids(&[place]), groups, ..MobileWorkerInput::default() };
        worker_with(&app, name, input).await;
    }
    let permissions = ["edit_commcare_users", "custom:supervise"];
    let near = member(&app, "Near", &permissions, std::slice::from_ref(&tree.north)).await;
    let list = "{ projectSpace(name: \"acme\") { mobileWorkers { nodes { id } } } }";
    for _ in 0..2 {
        let answer = near.run(list, json!({})).await;
        let seen = answer["data"]["projectSpace"]["mobileWorkers"]["nodes"].as_array().unwrap().len();
        assert_eq!(seen, 3, "{answer}");
    }
    let admin = app.admin().await;
    let users = "{ projectSpace(name: \"acme\") { webUsers { nodes { email accountId } } } }";
    let users = admin.run(users, json!({})).await;
    let users = users["data"]["projectSpace"]["webUsers"]["nodes"].as_array().unwrap().clone();
    let me =
        users.iter().find(|it| it["email"] == "near@acme.example").unwrap_or_else(|| panic!("{users:?}"));
    let me = me["accountId"].as_str().unwrap();
    let module = upload(&admin, &example("own-groups")).await;
    let hex = |id: &str| id.split_once('_').unwrap().1.replace('-', "");
    let settings = json!({ "groups": { hex(me): [hex(&nurses)] } });
    let modules = json!([{ "digest": module, "settings": settings }]);
    let made = done(&admin, REVISE, json!({ "projectSpace": "acme", "modules": modules })).await;
    let revision = made["policyRevision"]["id"].as_str().unwrap();
    app.keep_decisions().await;
    let told = replayed(&admin, revision, None).await;
    assert_eq!(
        told["lists"],
        json!([{ "action": "mobile_worker.read", "decisions": 2, "gained": 1, "lost": 2 }]),
        "{told}"
    );
}
