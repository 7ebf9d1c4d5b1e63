use crate::access_request;
use crate::invitation::invite;
use crate::scene::{Tree, faults, group, nowhere, outsider, role, worker};
use crate::support::{ADMIN, TestApp};
use serde_json::json;

const NODE: &str = "query($id: ID!) { node(id: $id) {
    __typename id
    ... on ProjectSpace { name } ... on MobileWorker { username } ... on Role { name }
    ... on Location { name } ... on LocationType { name } ... on Group { name }
    ... on Invitation { email } ... on AccessRequest { email } ... on WebUser { email }
} }";

/// One thing of each kind in `acme`: its type, its id, and the field and value it is known by.
async fn things(app: &TestApp) -> Vec<(&'static str, String, &'static str, &'static str)> {
    let tree = Tree::plant(app).await;
    let answer = app.admin().await.run("{ projectSpace(name: \"acme\") { id } }", json!({})).await;
    let space = answer["data"]["projectSpace"]["id"].as_str().unwrap().to_owned();
    let admin = app.admin().await;
    let invitation = invite(&admin, "ana@example.org", json!({})).await["id"].as_str().unwrap().to_owned();
    access_request::open(app).await;
    let bo = json!({ "projectSpace": "acme", "email": "bo@example.org", "fullName": "Bo" });
    assert_eq!(faults(&app.stranger(), access_request::REQUEST, bo).await, []);
    let request = access_request::requests(&admin).await[0]["id"].as_str().unwrap().to_owned();
    vec![
        ("ProjectSpace", space, "name", "acme"),
        ("MobileWorker", worker(app, "amina").await, "username", "amina"),
        ("Role", role(app, "Nurse", &[]).await, "name", "Nurse"),
        ("Location", tree.northern, "name", "Northern"),
        ("LocationType", tree.district, "name", "District"),
        ("Group", group(app, "nurses").await, "name", "nurses"),
        ("Invitation", invitation, "email", "ana@example.org"),
        ("WebUser", crate::web_user::id_of(&admin, ADMIN).await, "email", ADMIN),
        ("AccessRequest", request, "email", "bo@example.org"),
    ]
}

#[tokio::test]
async fn every_kind_of_thing_is_found_by_its_global_id() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (kind, id, field, value) in things(&app).await {
        let answer = admin.run(NODE, json!({ "id": id })).await;
        assert_eq!(answer["data"]["node"], json!({ "__typename": kind, "id": id, field: value }), "{answer}");
    }
}

#[tokio::test]
async fn nothing_is_found_in_another_space_nor_by_a_stranger() {
    let app = TestApp::spawn().await;
    let outsider = outsider(&app).await;
    let nothing = json!({ "data": { "node": null } });
    for (kind, id, ..) in things(&app).await {
        let (prefix, _) = id.split_once('_').unwrap();
        for id in [&id, &nowhere(prefix)] {
            assert_eq!(outsider.run(NODE, json!({ "id": id })).await, nothing, "{kind}");
        }
        let stranger = app.stranger();
        let (theirs, none) = (
            stranger.run(NODE, json!({ "id": id })).await,
            stranger.run(NODE, json!({ "id": nowhere(prefix) })).await,
        );
        assert!(theirs["data"]["node"].is_null() || theirs["data"].is_null(), "{theirs}");
        assert_eq!(theirs, none, "a stranger learns that a {kind} exists");
    }
}

#[tokio::test]
async fn an_id_that_is_none_finds_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let (_, hex) = id.split_once('_').unwrap();
    for wrong in [
        "",
        "_",
        "mw_",
        "mw",
        "x",
        hex,
        &format!("MW_{hex}"),
        &format!("ro_{hex}"),
        &format!("zz_{hex}"),
        &format!("{id}0"),
        "mw_\0",
    ] {
        assert_eq!(
            admin.run(NODE, json!({ "id": wrong })).await,
            json!({ "data": { "node": null } }),
            "{wrong}"
        );
    }
}
