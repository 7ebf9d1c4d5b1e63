use super::{ACTIVATE, RESET, activate, done, example, follow, revise, space, stack, upload};
use crate::policy::guest::{denying, permitting};
use crate::scene::{assert_denied, audited, faults, member, nowhere, pairs, role};
use crate::support::{ADMIN, TestApp};
use fieldgate::service::policy_stack::LockOut;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn what_is_activated_decides_from_then_on() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let deny = upload(&admin, &denying()).await;
    let revision = revise(&admin, &["standard", &deny]).await;
    let create = "mutation($i: CreateGroupInput!) { createGroup(input: $i) { userErrors { code } } }";
    let group = |name: &str| json!({ "i": { "projectSpace": "acme", "name": name } });
    let answer = admin.run(create, group("one")).await;
    assert_eq!(answer["data"]["createGroup"]["userErrors"], json!([]), "{answer}");

    let mut input = json!({ "id": revision, "version": 0, "comment": "nobody does anything" });
    input["confirmLockOut"] = json!(true);
    let (payload, entry) = audited(&admin, &app, ACTIVATE, json!({ "i": input })).await;
    let after = json!({ "version": 1, "active": { "number": 1 }, "monitored": null });
    assert_eq!(payload["policyStack"], after);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("policy.activate", "policy_stack"));
    assert_eq!(entry.change("active_revision"), Some((json!(null), json!(1))));
    assert_eq!(entry.change("comment"), Some((json!(""), json!("nobody does anything"))));
    assert_eq!(app.policy.revision(space(&app).await), None, "gateways take it over at their next look");
    follow(&app).await;
    assert_eq!(app.policy.revision(space(&app).await).unwrap().to_string(), revision);

    let answer = admin.run(create, group("two")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    assert!(answer["errors"][0]["extensions"]["policy"].as_str().unwrap().starts_with("hostile@"));
}

#[tokio::test]
async fn the_order_of_a_stack_says_who_is_heard_first() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let viewer = member(&app, "Viewer", &["view_web_users"], &[]).await;
    let deny = upload(&admin, &denying()).await;
    for (modules, who) in
        [(["standard", deny.as_str()], "standard@"), ([deny.as_str(), "standard"], "hostile@")]
    {
        // What both deny is told as the first of them tells it.
        let revision = revise(&admin, &modules).await;
        let input = fieldgate::domain::PolicyRevisionId::parse(&revision).unwrap();
        let services = &app.services;
        let operator = crate::support::operator();
        fieldgate::service::policy_stack::activate(services, &operator, input, None, "", LockOut::Refused)
            .await
            .unwrap();
        follow(&app).await;
        // No module is asked whether a stack may be read before it is changed: each denies this very action.
        let answer = viewer.run(RESET, json!({ "i": { "projectSpace": "acme" } })).await;
        let policy = answer["errors"][0]["extensions"]["policy"].as_str().unwrap_or_default();
        assert!(policy.starts_with(who), "{answer}");
        fieldgate::service::policy_stack::reset(services, &operator, "acme", None, "").await.unwrap();
        follow(&app).await;
    }
}

#[tokio::test]
async fn the_version_that_was_last_seen_must_be_the_present_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (one, two) = (revise(&admin, &["standard"]).await, revise(&admin, &["standard"]).await);
    activate(&app, &admin, &one).await;
    let input = |version: i32| json!({ "i": { "id": two, "version": version } });
    assert_eq!(admin.code(ACTIVATE, input(0)).await, "CONFLICT");
    assert_eq!(admin.code(ACTIVATE, input(2)).await, "CONFLICT");
    assert_eq!(stack(&admin).await["active"], json!({ "number": 1 }));
    assert_eq!(
        admin.run(ACTIVATE, input(1)).await["data"]["activatePolicyRevision"]["userErrors"],
        json!([])
    );
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": two })).await, pairs(&[("INVALID_STATE", "id")]));
}

#[tokio::test]
async fn of_two_activations_at_once_each_is_whole_and_the_history_tells_which_came_first() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut revisions = Vec::new();
    for number in 0..4 {
        let module = upload(&admin, &permitting(number)).await;
        revisions.push(revise(&admin, &["standard", &module]).await);
    }
    for round in 0..6 {
        app.pass(chrono::TimeDelta::seconds(1));
        let version = stack(&admin).await["version"].clone();
        let input = |at: usize| json!({ "i": { "id": revisions[at], "version": version } });
        let (one, other) = (round % 2, 2 + round % 2);
        let (first, second) =
            tokio::join!(admin.run(ACTIVATE, input(one)), admin.run(ACTIVATE, input(other)));
        let is_done = |answer: &Json| answer["data"]["activatePolicyRevision"]["policyStack"].is_object();
        assert!(is_done(&first) != is_done(&second), "{first}\n{second}");
        let now = stack(&admin).await;
        assert_eq!(now["version"].as_i64().unwrap(), version.as_i64().unwrap() + 1);
        let won = if is_done(&first) { one } else { other };
        assert_eq!(now["active"]["number"], won + 1);
        assert_eq!(now["history"]["nodes"][0]["revision"], now["active"]);
        assert_eq!(now["history"]["totalCount"], round + 1);
    }
}

#[tokio::test]
async fn what_does_not_load_is_not_activated() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = upload(&admin, &permitting(1)).await;
    let revision = revise(&admin, &["standard", &module]).await;
    app.rows("UPDATE policy_module SET component = substr(component, 1, 100) RETURNING digest")
        .await
        .unwrap();
    assert_eq!(
        faults(&admin, ACTIVATE, json!({ "id": revision })).await,
        pairs(&[("MODULE_DIGEST_MISMATCH", "id")])
    );
    assert_eq!(stack(&admin).await["version"], 0);
    // Uploaded once more, its bytes are whole again.
    upload(&admin, &permitting(1)).await;
    activate(&app, &admin, &revision).await;
}

#[tokio::test]
async fn an_example_in_force_behind_standard_does_what_it_says() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = role(&app, "Nurse", &["view_reports"]).await;
    let module = upload(&admin, &example("second-admin")).await;
    let revision = revise(&admin, &["standard", &module]).await;
    activate(&app, &admin, &revision).await;
    // It is about removals of web users alone.
    let update = "mutation($i: UpdateRoleInput!) { updateRole(input: $i) { userErrors { code } } }";
    done(&admin, update, json!({ "id": id, "name": "Nurses" })).await;
    member(&app, "Leaver", &["view_web_users"], &[]).await;
    let query = "{ projectSpace(name: \"acme\") { webUser(email: \"leaver@acme.example\") { id } } }";
    let leaver = admin.run(query, json!({})).await["data"]["projectSpace"]["webUser"]["id"].clone();
    let remove = "mutation($i: NodeInput!) { removeWebUser(input: $i) { userErrors { code } } }";
    let answer = admin.run(remove, json!({ "i": { "id": leaver } })).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert!(extensions["policy"].as_str().unwrap_or_default().starts_with("second-admin@"), "{answer}");
    assert_eq!(stack(&admin).await["history"]["nodes"][0]["byName"], ADMIN);
}

#[tokio::test]
async fn activating_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let revision = revise(&admin, &["standard"]).await;
    let inputs = [json!({ "id": revision }), json!({ "id": nowhere("pr") })];
    assert_denied(&app, &editor, ACTIVATE, inputs, ("admin_only", &[])).await;
}
