use super::{SET_CASES, activate, done, revise, stack};
use crate::scene::{assert_denied, audited, faults, member, pairs};
use crate::support::{ADMIN, Actor, TestApp};
use serde_json::{Value as Json, json};

/// Two cases: `standard` does what the first says.
const CASES: &str = "# What must hold in acme.
principals:
  ann: { admin: true }
  musa: { permissions: [view_web_users] }
cases:
  - { name: admins make groups, principal: ann, action: group.create, expect: permit }
  - { name: everybody makes groups, principal: musa, action: group.create, expect: permit }
";

fn input(cases: &Json) -> Json {
    json!({ "projectSpace": "acme", "cases": cases })
}

/// How a file is refused.
async fn refusal(actor: &Actor<'_>, cases: &str) -> (String, String) {
    let answer = actor.run(SET_CASES, json!({ "i": input(&json!(cases)) })).await;
    let payload = &answer["data"]["setPolicyCases"];
    assert_eq!((&payload["policyStack"], &payload["failing"]), (&json!(null), &json!(null)), "{answer}");
    let [error] = payload["userErrors"].as_array().unwrap().as_slice() else { panic!("{answer}") };
    assert_eq!(error["path"], json!(["cases"]), "{answer}");
    (error["code"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn cases_are_set_read_again_replaced_and_taken_away() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (payload, entry) = audited(&admin, &app, SET_CASES, json!({ "i": input(&json!(CASES)) })).await;
    let cases = &payload["policyStack"]["cases"];
    assert_eq!((&cases["text"], &cases["count"]), (&json!(CASES), &json!(2)));
    assert_eq!(cases["setByName"], ADMIN);
    assert!(cases["setById"].is_string() && cases["setAt"].is_string(), "{cases}");
    assert_eq!(payload["policyStack"]["version"], 1);
    assert_eq!(payload["failing"], 1, "of those, `standard` does otherwise in one");
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("policy.set_cases", "policy_stack"));
    let (before, after) = entry.change("cases").unwrap();
    assert_eq!((before, &after["count"]), (json!(null), &json!(2)));
    assert_eq!(after["sha256"].as_str().unwrap().len(), 64, "the file itself is not in the audit");

    let less = CASES.lines().take(6).collect::<Vec<_>>().join("\n");
    let stale = json!({ "projectSpace": "acme", "cases": less, "version": 0 });
    assert_eq!(admin.code(SET_CASES, json!({ "i": stale })).await, "CONFLICT");
    let payload = done(&admin, SET_CASES, input(&json!(less))).await;
    assert_eq!((&payload["policyStack"]["cases"]["count"], &payload["failing"]), (&json!(1), &json!(0)));

    let payload = done(&admin, SET_CASES, input(&json!(null))).await;
    assert_eq!(payload["policyStack"], json!({ "version": 3, "active": null, "cases": null }));
    assert_eq!(payload["failing"], json!(null));
    // Where there are none, it is no change.
    assert_eq!(done(&admin, SET_CASES, input(&json!(null))).await["policyStack"]["version"], 3);
    // A file that was forgotten is no wish to have none.
    let forgotten = json!({ "projectSpace": "acme" });
    assert_eq!(faults(&admin, SET_CASES, forgotten).await, pairs(&[("REQUIRED", "cases")]));
}

#[tokio::test]
async fn setting_cases_leaves_what_is_in_force() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    activate(&app, &admin, &revise(&admin, &["standard"]).await).await;
    let payload = done(&admin, SET_CASES, input(&json!(CASES))).await;
    assert_eq!(payload["policyStack"]["active"], json!({ "number": 1 }));
    assert_eq!(payload["failing"], 1);
    assert_eq!(stack(&admin).await["history"]["totalCount"], 1);
}

#[tokio::test]
async fn a_file_that_makes_no_sense_is_refused_with_its_line() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let more = |line: &str| format!("{CASES}{line}\n");
    for (cases, code, message) in [
        (
            more("  - { name: x, principal: ann, action: group.crate, expect: deny }"),
            "CASES_INVALID",
            "line 8, case `x`: no policy is asked about `group.crate`",
        ),
        (
            more("  - { name: x, principal: bob, action: group.create, expect: deny }"),
            "CASES_INVALID",
            "line 8, case `x`: there is no principal `bob`",
        ),
        (
            more("  - { name: x, principal: ann, action: group.create }"),
            "CASES_INVALID",
            "line 8, case `x`: says nothing of what to `expect`",
        ),
        (more("  - [1"), "CASES_INVALID", "line"),
        (format!("module: x.wasm\n{CASES}"), "CASES_INVALID", "leave them out"),
        (format!("project-space: beta\n{CASES}"), "CASES_INVALID", "this is `acme`"),
        (String::new(), "CASES_INVALID", "the file is empty"),
        ("x\0".to_owned(), "INVALID_VALUE", "NUL"),
        (format!("#{}\n{CASES}", "x".repeat(64 << 10)), "TOO_LONG", "64 KiB"),
        (
            more(&"  - { name: x, principal: ann, action: group.create, expect: permit }\n".repeat(500)),
            "TOO_LONG",
            "502 cases, and 500 are allowed",
        ),
    ] {
        let (found, told) = refusal(&admin, &cases).await;
        assert_eq!(found, code, "{told}");
        assert!(told.contains(message), "{told}");
    }
    assert_eq!(stack(&admin).await["version"], 0);
}

#[tokio::test]
async fn as_much_as_is_allowed_is_taken_and_tried() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut cases = CASES.replace(
        "principal: musa, action: group.create, expect: permit",
        "principal: musa, action: group.create, expect: deny",
    );
    cases += &"  - { name: x, principal: musa, action: group.create, expect: forbidden }\n".repeat(498);
    cases += &format!("#{}", "x".repeat((64 << 10) - cases.len() - 1));
    let payload = done(&admin, SET_CASES, input(&json!(cases))).await;
    assert_eq!((&payload["policyStack"]["cases"]["count"], &payload["failing"]), (&json!(500), &json!(0)));
}

#[tokio::test]
async fn setting_cases_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let inputs = ["acme", "nowhere"].map(|space| json!({ "projectSpace": space, "cases": CASES }));
    assert_denied(&app, &editor, SET_CASES, inputs, ("admin_only", &[])).await;
}
