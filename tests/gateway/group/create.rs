use crate::scene::{VIEWER, assert_denied, audited, faults, group, group_of, member, pairs};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const CREATE: &str = "mutation($i: CreateGroupInput!) {
    createGroup(input: $i) { group { id name caseSharing reporting } userErrors { code path } }
}";

fn named(name: &str) -> Json {
    json!({ "projectSpace": "acme", "name": name })
}

#[tokio::test]
async fn whoever_edits_groups_makes_one() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Grouper", &["edit_groups", "access_all_locations"], &[]).await;
    let (payload, entry) = audited(&editor, &app, CREATE, json!({ "i": named(" Nurses ") })).await;
    let made = &payload["group"];
    assert_eq!(made, &json!({ "id": made["id"], "name": "Nurses", "caseSharing": false, "reporting": true }));
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("group.create", "group"));
    assert!(made["id"].as_str().unwrap().ends_with(&entry.resource), "{entry:?}");
    assert_eq!(entry.change("name"), Some((json!(null), json!("Nurses"))));

    let chosen =
        json!({ "projectSpace": "acme", "name": "Drivers", "caseSharing": true, "reporting": false });
    let answer = editor.run(CREATE, json!({ "i": chosen })).await;
    let made = &answer["data"]["createGroup"]["group"];
    assert_eq!((&made["caseSharing"], &made["reporting"]), (&json!(true), &json!(false)), "{answer}");
}

#[tokio::test]
async fn making_a_group_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |space: &str| json!({ "projectSpace": space, "name": "Mine" });
    let said = ("missing_permission", ["edit_groups"].as_slice());
    assert_denied(&app, &viewer, CREATE, [input("acme"), input("nowhere")], said).await;
}

#[tokio::test]
async fn a_faulty_or_taken_name_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    group(&app, "Nurses").await;
    app.space("globex", "admin@globex.example").await;
    group_of(&app, "globex", "Theirs").await;
    assert_eq!(faults(&admin, CREATE, named("Nurses")).await, pairs(&[("NAME_TAKEN", "name")]));
    assert_eq!(faults(&admin, CREATE, named(" ")).await, pairs(&[("REQUIRED", "name")]));
    assert_eq!(faults(&admin, CREATE, named(&"x".repeat(129))).await, pairs(&[("TOO_LONG", "name")]));
    assert_eq!(faults(&admin, CREATE, named("a\u{202E}b")).await, pairs(&[("INVALID_VALUE", "name")]));
    assert_eq!(faults(&admin, CREATE, named("Theirs")).await, []);
}
