mod update;

use crate::scene::{SUPERVISOR, Tree, group, location, member, outsider, role};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const SPACE: &str = "query($name: String!) { projectSpace(name: $name) {
    id name displayName
    settings {
        connectEnabled twoFactorRequired strongMobilePasswords invitationLifetimeDays allowAccessRequests inviteEmailOnly
    }
} }";
const THINGS: &str = "{ projectSpace(name: \"acme\") {
    roles { name isMobileDefault } locationTypes { name } groups { nodes { name } totalCount }
    locations { nodes { name parent { name } } totalCount }
} }";

#[tokio::test]
async fn a_member_reads_their_project_space() {
    let app = TestApp::spawn().await;
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let answer = reader.run(SPACE, json!({ "name": "acme" })).await;
    let space = &answer["data"]["projectSpace"];
    assert!(space["id"].as_str().unwrap().starts_with("ps_"), "{answer}");
    assert_eq!((&space["name"], &space["displayName"]), (&json!("acme"), &json!("acme")));
    assert!(space["settings"]["invitationLifetimeDays"].as_u64().unwrap() > 0, "{answer}");
}

#[tokio::test]
async fn a_space_that_one_does_not_belong_to_is_like_none_at_all() {
    let app = TestApp::spawn().await;
    let outsider = outsider(&app).await;
    for name in ["acme", "nowhere", "", "' OR 1=1 --", "ACME", "\0"] {
        let answer = outsider.run(SPACE, json!({ "name": name })).await;
        assert_eq!(answer, json!({ "data": { "projectSpace": null } }), "{name}");
        assert_eq!(app.stranger().code(SPACE, json!({ "name": name })).await, "UNAUTHENTICATED", "{name}");
    }
}

#[tokio::test]
async fn an_admin_sees_everything_in_the_space_by_name() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    group(&app, "nurses").await;
    group(&app, "drivers").await;
    role(&app, "nurse", &[]).await;
    location(&app, "Eastern", &tree.district, Some(&tree.north)).await;
    let answer = admin.run(THINGS, json!({})).await;
    let space = &answer["data"]["projectSpace"];
    let names = |list: &Json| -> Vec<String> {
        list.as_array().unwrap().iter().map(|thing| thing["name"].as_str().unwrap().to_owned()).collect()
    };
    let roles =
        ["App Editor", "Billing Admin", "Field Implementer", "Mobile Worker Default", "nurse", "Read Only"];
    assert_eq!(names(&space["roles"]), roles, "{answer}");
    assert_eq!(names(&space["locationTypes"]), ["District", "Region"]);
    assert_eq!(names(&space["groups"]["nodes"]), ["drivers", "nurses"]);
    assert_eq!(names(&space["locations"]["nodes"]), ["Eastern", "North", "Northern", "South", "Southern"]);
    assert_eq!((&space["groups"]["totalCount"], &space["locations"]["totalCount"]), (&json!(2), &json!(5)));
    assert_eq!(space["locations"]["nodes"][0]["parent"]["name"], "North");
}

#[tokio::test]
async fn a_supervisor_sees_the_places_within_reach() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    group(&app, "nurses").await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let answer = supervisor.run(THINGS, json!({})).await;
    let expected = json!({
        "nodes": [{ "name": "North", "parent": null }, { "name": "Northern", "parent": { "name": "North" } }],
        "totalCount": 2,
    });
    assert_eq!(answer["data"]["projectSpace"]["locations"], expected, "{answer}");
    let below_south = format!(
        "{{ projectSpace(name: \"acme\") {{ locations(filter: {{ parentId: \"{}\" }}) {{ totalCount nodes {{ name }} }} }} }}",
        tree.south
    );
    let answer = supervisor.run(&below_south, json!({})).await;
    assert_eq!(
        answer["data"]["projectSpace"]["locations"],
        json!({ "totalCount": 0, "nodes": [] }),
        "{answer}"
    );
}

#[tokio::test]
async fn who_may_see_nothing_sees_empty_lists_and_their_own_role() {
    let app = TestApp::spawn().await;
    Tree::plant(&app).await;
    group(&app, "nurses").await;
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let answer = reader.run(THINGS, json!({})).await;
    let space = &answer["data"]["projectSpace"];
    assert_eq!(space["roles"], json!([{ "name": "Read Only", "isMobileDefault": false }]), "{answer}");
    assert_eq!(space["groups"], json!({ "nodes": [], "totalCount": 0 }));
    assert_eq!(space["locations"], json!({ "nodes": [], "totalCount": 0 }));
    assert_eq!(space["locationTypes"].as_array().unwrap().len(), 2, "the levels are everybody's");
}

#[tokio::test]
async fn archived_roles_are_listed_when_they_are_asked_for() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    role(&app, "Old", &[]).await;
    app.rows("UPDATE role SET is_archived = TRUE WHERE name = 'Old'").await.unwrap();
    let names = async |arguments: &str| {
        let query = format!("{{ projectSpace(name: \"acme\") {{ roles{arguments} {{ name }} }} }}");
        admin.run(&query, json!({})).await.to_string()
    };
    assert!(!names("").await.contains("Old"));
    assert!(names("(includeArchived: true)").await.contains("Old"));
}
