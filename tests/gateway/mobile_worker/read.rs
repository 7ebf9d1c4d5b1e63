use crate::scene::{
    SUPERVISOR, Tree, VIEWER, group, ids, member, nowhere, outsider, role, worker, worker_at, worker_with,
};
use crate::support::TestApp;
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Value as Json, json};

const READ: &str = "query($id: ID, $name: String) {
    projectSpace(name: \"acme\") { mobileWorker(id: $id, username: $name) { id username } }
}";
const NODE: &str = "query($id: ID!) { node(id: $id) { id } }";

#[tokio::test]
async fn a_worker_is_read_by_id_and_by_username() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    let found = json!({ "data": { "projectSpace": { "mobileWorker": { "id": id, "username": "amina" } } } });
    let nothing = json!({ "data": { "projectSpace": { "mobileWorker": null } } });
    assert_eq!(viewer.run(READ, json!({ "id": id })).await, found);
    // The bare hexadecimal digits, which REST clients know, are the same id.
    assert_eq!(viewer.run(READ, json!({ "id": id.strip_prefix("mw_") })).await, found);
    for name in ["amina", " AMINA ", "amina@acme.fieldgate.local"] {
        assert_eq!(viewer.run(READ, json!({ "name": name })).await, found, "{name}");
    }
    for name in ["", "ami", "amin_", "%", "' OR 1=1 --", "\0"] {
        assert_eq!(viewer.run(READ, json!({ "name": name })).await, nothing, "{name}");
    }
    for id in ["", "x", "mw_", &nowhere("mw"), &id.replace("mw_", "ro_")] {
        assert_eq!(viewer.run(READ, json!({ "id": id })).await, nothing, "{id}");
    }
    assert_eq!(viewer.code(READ, json!({})).await, "BAD_REQUEST");
    assert_eq!(viewer.code(READ, json!({ "id": id, "name": "amina" })).await, "BAD_REQUEST");
}

#[tokio::test]
async fn a_login_name_of_another_space_finds_nobody_here() {
    let app = TestApp::spawn().await;
    worker(&app, "amina").await;
    let answer = app.admin().await.run(READ, json!({ "name": "amina@globex.fieldgate.local" })).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorker"], Json::Null, "{answer}");
}

#[tokio::test]
async fn reading_is_denied_to_strangers_to_other_spaces_and_to_who_may_not_look() {
    let app = TestApp::spawn().await;
    let id = worker(&app, "amina").await;
    assert_eq!(app.stranger().code(READ, json!({ "id": id })).await, "UNAUTHENTICATED");
    let outsider = outsider(&app).await;
    assert_eq!(outsider.run(READ, json!({ "id": id })).await, json!({ "data": { "projectSpace": null } }));
    assert_eq!(outsider.run(NODE, json!({ "id": id })).await, json!({ "data": { "node": null } }));
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let answer = reader.run(READ, json!({ "id": id })).await;
    assert_eq!(answer, json!({ "data": { "projectSpace": { "mobileWorker": null } } }));
}

#[tokio::test]
async fn a_supervisor_reads_whom_they_reach_by_every_way() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    for (name, at, seen) in [
        ("here", vec![tree.north.as_str()], true),
        ("below", vec![&tree.northern], true),
        ("both", vec![&tree.southern, &tree.northern], true),
        ("there", vec![&tree.south], false),
        ("nowhere", vec![], false),
    ] {
        let id = worker_at(&app, name, &at).await;
        for variables in [json!({ "id": id }), json!({ "name": name })] {
            let answer = supervisor.run(READ, variables).await;
            assert_eq!(answer["data"]["projectSpace"]["mobileWorker"].is_object(), seen, "{name}: {answer}");
        }
        let answer = supervisor.run(NODE, json!({ "id": id })).await;
        assert_eq!(answer["data"]["node"].is_object(), seen, "{name}: {answer}");
    }
}

#[tokio::test]
async fn what_hangs_on_a_worker_is_shown_to_who_may_see_it() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let input = MobileWorkerInput {
        role: Patch::Set(role(&app, "Nurse", &["access_mobile_endpoints"]).await),
        groups: ids(&[&group(&app, "nurses").await]),
        locations: ids(&[&tree.southern, &tree.northern]),
        ..MobileWorkerInput::default()
    };
    let id = worker_with(&app, "amina", input).await;
    let query = "query($id: ID!) { node(id: $id) { ... on MobileWorker {
        role { name permissions { permission } } groups { name }
        locations { name parent { name } type { name parent { name } } } primaryLocation { name }
    } } }";
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.northern)).await;
    let answer = supervisor.run(query, json!({ "id": id })).await;
    // The southern district and the northern region are out of reach; the levels of the tree are everybody's.
    let expected = json!({
        "role": { "name": "Nurse", "permissions": [{ "permission": "access_mobile_endpoints" }] },
        "groups": [{ "name": "nurses" }],
        "locations": [
            { "name": "Northern", "parent": null, "type": { "name": "District", "parent": { "name": "Region" } } },
        ],
        "primaryLocation": null,
    });
    assert_eq!(answer["data"]["node"], expected, "{answer}");
}
