use crate::scene::{EDITOR, assert_denied, audited, declare, faults, member, nowhere, pairs, role};
use crate::support::TestApp;
use serde_json::json;

const DELETE: &str = "mutation($i: DeleteCustomPermissionInput!) {
    deleteCustomPermission(input: $i) { deletedId userErrors { code path } }
}";

#[tokio::test]
async fn a_permission_that_no_role_grants_is_taken_back() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = declare(&app, "custom:approve").await;
    let nurse = role(&app, "Nurse", &["custom:approve", "view_reports"]).await;
    assert_eq!(faults(&admin, DELETE, json!({ "id": id })).await, pairs(&[("PERMISSION_IN_USE", "id")]));
    let update = "mutation($i: UpdateRoleInput!) { updateRole(input: $i) { userErrors { code path } } }";
    let permissions = json!([{ "permission": "view_reports" }]);
    assert_eq!(faults(&admin, update, json!({ "id": nurse, "permissions": permissions })).await, []);

    let (payload, entry) = audited(&admin, &app, DELETE, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["deletedId"], *id);
    assert_eq!(entry.action, "custom_permission.delete");
    assert_eq!(entry.change("name"), Some((json!("custom:approve"), json!(null))));
    let permissions = json!([{ "permission": "custom:approve" }]);
    assert_eq!(
        faults(&admin, update, json!({ "id": nurse, "permissions": permissions })).await,
        pairs(&[("INVALID_VALUE", "permissions.0")])
    );
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": id } })).await, "NOT_FOUND");
    assert_eq!(
        faults(&admin, DELETE, json!({ "id": "custom:approve" })).await,
        pairs(&[("INVALID_VALUE", "id")])
    );
}

#[tokio::test]
async fn taking_back_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let id = declare(&app, "custom:approve").await;
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("cp") })];
    assert_denied(&app, &editor, DELETE, inputs, ("admin_only", &[])).await;
}

#[tokio::test]
async fn of_taking_back_and_granting_at_once_one_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create =
        "mutation($i: CreateRoleInput!) { createRole(input: $i) { role { id } userErrors { code } } }";
    for number in 0..20 {
        let name = format!("custom:p{number}");
        let id = declare(&app, &name).await;
        let role = json!({ "i": {
            "projectSpace": "acme", "name": format!("Role {number}"), "permissions": [{ "permission": name }],
        } });
        let (taken, granted) =
            tokio::join!(admin.run(DELETE, json!({ "i": { "id": id } })), admin.run(create, role));
        let is_taken = taken["data"]["deleteCustomPermission"]["deletedId"] == *id;
        let is_granted = granted["data"]["createRole"]["role"].is_object();
        assert!(is_taken != is_granted, "{taken}\n{granted}");
    }
}
