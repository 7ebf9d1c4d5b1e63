use crate::scene::{EDITOR, assert_denied, audited, declare, faults, member, outsider, pairs};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const CREATE: &str = "mutation($i: CreateCustomPermissionInput!) {
    createCustomPermission(input: $i) {
        permission { id name area description takesItems } userErrors { code path }
    }
}";
const CATALOGUE: &str = "{ projectSpace(name: \"acme\") {
    permissionCatalogue { id name area description takesItems }
} }";

fn input(space: &str, name: &str) -> Json {
    json!({ "projectSpace": space, "name": name, "description": " Approve the removal of a worker. " })
}

#[tokio::test]
async fn a_declared_permission_stands_in_the_catalogue_after_commcares_own() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut wanted = input("acme", "custom:approve_removal");
    wanted["takesItems"] = json!(true);
    let (payload, entry) = audited(&admin, &app, CREATE, json!({ "i": wanted })).await;
    let made = &payload["permission"];
    let id = made["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "name": "custom:approve_removal", "area": "Custom",
        "description": "Approve the removal of a worker.", "takesItems": true,
    });
    assert_eq!(*made, expected);
    assert_eq!(
        (entry.action.as_str(), entry.kind.as_str()),
        ("custom_permission.create", "custom_permission")
    );
    assert_eq!(entry.change("name"), Some((json!(null), json!("custom:approve_removal"))));
    assert_eq!(entry.change("can_be_limited"), Some((json!(null), json!(true))));

    declare(&app, "custom:a").await;
    let nobody = app.web_user("reader@acme.example", "Read Only", &[]).await;
    for actor in [&admin, &nobody] {
        let answer = actor.run(CATALOGUE, json!({})).await;
        let all = answer["data"]["projectSpace"]["permissionCatalogue"].as_array().unwrap().clone();
        assert_eq!(all.len(), 49);
        let first = json!({
            "id": null, "name": "edit_web_users", "area": "Web users",
            "description": "Invite, change and remove web users.", "takesItems": false,
        });
        assert_eq!((&all[0], &all[47]["name"], &all[48]), (&first, &json!("custom:a"), &expected));
        let of = |name: &str| all.iter().find(|permission| permission["name"] == name).unwrap().clone();
        assert_eq!(of("view_reports")["takesItems"], true);
    }
}

#[tokio::test]
async fn declaring_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let inputs = [input("acme", "custom:a"), input("nowhere", "custom:a")];
    assert_denied(&app, &editor, CREATE, inputs, ("admin_only", &[])).await;
}

#[tokio::test]
async fn names_are_well_formed_described_and_of_one_space() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let wrong = json!({ "projectSpace": "acme", "name": "edit_apps", "description": " " });
    let expected = pairs(&[("INVALID_VALUE", "name"), ("REQUIRED", "description")]);
    assert_eq!(faults(&admin, CREATE, wrong).await, expected);
    assert_eq!(faults(&admin, CREATE, input("acme", "custom:a")).await, []);
    assert_eq!(faults(&admin, CREATE, input("acme", "custom:a")).await, pairs(&[("NAME_TAKEN", "name")]));

    let outsider = outsider(&app).await;
    let role =
        "mutation($i: CreateRoleInput!) { createRole(input: $i) { role { name } userErrors { code path } } }";
    let granting = |space: &str| json!({ "projectSpace": space, "name": "Mine", "permissions": [{ "permission": "custom:a" }] });
    assert_eq!(
        faults(&outsider, role, granting("globex")).await,
        pairs(&[("INVALID_VALUE", "permissions.0")])
    );
    assert_eq!(faults(&outsider, CREATE, input("globex", "custom:a")).await, []);
    assert_eq!(faults(&outsider, role, granting("globex")).await, []);
}

#[tokio::test]
async fn a_project_space_declares_no_more_than_anybody_can_read() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for number in 0..200 {
        declare(&app, &format!("custom:p{number}")).await;
    }
    assert_eq!(faults(&admin, CREATE, input("acme", "custom:one_more")).await, pairs(&[("TOO_LONG", "")]));
}
