use crate::scene::{EDITOR, assert_denied, audited, declare, faults, member, nowhere, pairs, role, role_of};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const CREATE: &str = "mutation($i: CreateRoleInput!) {
    createRole(input: $i) {
        role {
            id name permissions { permission items } assignableBy { name } editableByNonAdmins isMobileDefault isArchived
        }
        userErrors { code path }
    }
}";

fn input(name: &str, permissions: Json) -> Json {
    json!({ "projectSpace": "acme", "name": name, "permissions": permissions })
}

#[tokio::test]
async fn an_admin_makes_a_role_and_to_edit_implies_to_view() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let lead = role(&app, "Lead", EDITOR).await;
    declare(&app, "custom:approve_removal").await;
    let input = json!({
        "projectSpace": "acme", "name": " Nurse ", "assignableByIds": [lead], "editableByNonAdmins": true,
        "permissions": [
            { "permission": "edit_commcare_users" },
            { "permission": "view_reports", "items": ["monthly"] },
            { "permission": "custom:approve_removal" },
        ],
    });
    let (payload, entry) = audited(&admin, &app, CREATE, json!({ "i": input })).await;
    let mut made = payload["role"].clone();
    let id = made.as_object_mut().unwrap().remove("id").unwrap();
    let expected = json!({
        "name": "Nurse",
        "permissions": [
            { "permission": "custom:approve_removal", "items": null },
            { "permission": "edit_commcare_users", "items": null },
            { "permission": "view_commcare_users", "items": null },
            { "permission": "view_reports", "items": ["monthly"] },
        ],
        "assignableBy": [{ "name": "Lead" }],
        "editableByNonAdmins": true, "isMobileDefault": false, "isArchived": false,
    });
    assert_eq!(made, expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("role.create", "role"));
    assert!(id.as_str().unwrap().ends_with(&entry.resource), "{entry:?}");
    assert_eq!(entry.change("name"), Some((json!(null), json!("Nurse"))));
    assert_eq!(entry.change("grants").unwrap().1["view_reports"], json!(["monthly"]));
}

#[tokio::test]
async fn making_a_role_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let powerful =
        member(&app, "Powerful", &["edit_web_users", "edit_commcare_users", "access_all_locations"], &[])
            .await;
    let role = |space: &str| json!({ "projectSpace": space, "name": "Mine", "permissions": [] });
    assert_denied(&app, &powerful, CREATE, [role("acme"), role("nowhere")], ("admin_only", &[])).await;
}

#[tokio::test]
async fn all_faults_of_a_role_are_told_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let wrong = json!({
        "projectSpace": "acme", "name": "", "assignableByIds": ["x"],
        "permissions": [
            { "permission": "edit_everything" },
            { "permission": "edit_apps", "items": ["one"] },
            { "permission": "view_apps" },
            { "permission": "view_apps" },
            { "permission": "view_reports", "items": [""] },
            { "permission": "custom:undeclared" },
        ],
    });
    let expected = pairs(&[
        ("REQUIRED", "name"),
        ("INVALID_VALUE", "permissions.0"),
        ("INVALID_VALUE", "permissions.1"),
        ("INVALID_VALUE", "permissions.3"),
        ("INVALID_VALUE", "permissions.4"),
        ("INVALID_VALUE", "permissions.5"),
        ("INVALID_VALUE", "assignableByIds.0"),
    ]);
    assert_eq!(faults(&admin, CREATE, wrong).await, expected);
    assert_eq!(
        faults(&admin, CREATE, input(&"x".repeat(129), json!([]))).await,
        pairs(&[("TOO_LONG", "name")])
    );
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case_and_admin_is_no_role() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    role(&app, "Nursé", &[]).await;
    for name in ["Nursé", "NURSÉ", " nurse\u{301} ", "read only", "ADMIN"] {
        let found = faults(&admin, CREATE, input(name, json!([]))).await;
        assert_eq!(found, pairs(&[("ROLE_NAME_TAKEN", "name")]), "{name}");
    }
    app.space("globex", "admin@globex.example").await;
    role_of(&app, "globex", "Elsewhere", &[], false).await;
    assert_eq!(faults(&admin, CREATE, input("Elsewhere", json!([]))).await, []);
}

#[tokio::test]
async fn a_role_is_given_by_roles_of_its_own_space_only() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.space("globex", "admin@globex.example").await;
    let foreign = role_of(&app, "globex", "Lead", &[], false).await;
    let own = role(&app, "Lead", &[]).await;
    let mut new = input("Nurse", json!([]));
    new["assignableByIds"] = json!([own, foreign, nowhere("ro"), own]);
    let expected =
        pairs(&[("ROLE_NOT_ASSIGNABLE", "assignableByIds.1"), ("ROLE_NOT_ASSIGNABLE", "assignableByIds.2")]);
    assert_eq!(faults(&admin, CREATE, new).await, expected);
}

#[tokio::test]
async fn without_all_locations_a_role_holds_nothing_that_knows_no_locations() {
    let app = TestApp::spawn().await;
    let permissions = json!([{ "permission": "edit_web_users" }, { "permission": "edit_commcare_users" }]);
    let answer = app.admin().await.run(CREATE, json!({ "i": input("Local", permissions) })).await;
    let held = &answer["data"]["createRole"]["role"]["permissions"];
    let names: Vec<_> = held.as_array().unwrap().iter().map(|grant| grant["permission"].clone()).collect();
    assert_eq!(names, ["edit_commcare_users", "view_commcare_users"]);
}
