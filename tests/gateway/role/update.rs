use crate::scene::{
    EDITOR, assert_denied, assert_not_found, audited, declare, entries, faults, member, nowhere, pairs, role,
    role_of,
};
use crate::support::{Actor, TestApp};
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateRoleInput!) {
    updateRole(input: $i) {
        role {
            name permissions { permission items } assignableBy { name } editableByNonAdmins isMobileDefault
            isArchived version
        }
        userErrors { code path }
    }
}";
const MINE: &str = "{ viewer { permissions(projectSpace: \"acme\") { grants { permission } } } }";

async fn held(actor: &Actor<'_>) -> Vec<String> {
    let answer = actor.run(MINE, json!({})).await;
    let grants = answer["data"]["viewer"]["permissions"]["grants"].as_array().unwrap();
    grants.iter().map(|grant| grant["permission"].as_str().unwrap().to_owned()).collect()
}

fn granting(id: &str, permissions: &[&str]) -> Json {
    let permissions: Vec<_> = permissions.iter().map(|name| json!({ "permission": name })).collect();
    json!({ "i": { "id": id, "permissions": permissions } })
}

#[tokio::test]
async fn what_an_admin_changes_about_a_role_its_holders_have_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let nurse = member(&app, "Nurse", &["view_commcare_users", "access_all_locations"], &[]).await;
    let id = app.role("Nurse").await.to_string();
    let lead = role(&app, "Lead", EDITOR).await;
    declare(&app, "custom:approve").await;
    assert_eq!(held(&nurse).await, ["access_all_locations", "view_commcare_users"]);

    let change = json!({
        "id": id, "version": 1, "name": " Head nurse ", "assignableByIds": [lead, lead], "editableByNonAdmins": true,
        "permissions": [{ "permission": "edit_locations" }, { "permission": "custom:approve", "items": ["a", "b"] }],
    });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": change })).await;
    let expected = json!({
        "name": "Head nurse",
        "permissions": [
            { "permission": "custom:approve", "items": ["a", "b"] },
            { "permission": "edit_locations", "items": null },
            { "permission": "view_locations", "items": null },
        ],
        "assignableBy": [{ "name": "Lead" }],
        "editableByNonAdmins": true, "isMobileDefault": false, "isArchived": false, "version": 2,
    });
    assert_eq!(payload["role"], expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("role.update", "role"));
    assert!(id.ends_with(&entry.resource), "{entry:?}");
    assert_eq!(entry.change("name"), Some((json!("Nurse"), json!("Head nurse"))));
    assert_eq!(entry.change("assignable_by"), Some((json!([]), json!([lead]))));
    assert_eq!(entry.change("editable_by_non_admins"), Some((json!(false), json!(true))));
    let before = json!({ "access_all_locations": true, "view_commcare_users": true });
    let after = json!({ "custom:approve": ["a", "b"], "edit_locations": true, "view_locations": true });
    assert_eq!(entry.change("grants"), Some((before, after)));
    assert_eq!(entry.change("is_archived"), None);
    assert_eq!(held(&nurse).await, ["custom:approve", "edit_locations", "view_locations"]);
}

#[tokio::test]
async fn what_is_left_out_stays_null_clears_and_changing_nothing_writes_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let lead = role(&app, "Lead", EDITOR).await;
    let id = role(&app, "Nurse", &["view_reports", "download_reports"]).await;
    let (payload, _) =
        audited(&admin, &app, UPDATE, json!({ "i": { "id": id, "assignableByIds": [lead] } })).await;
    let named = |name: &str| json!({ "permission": name, "items": null });
    assert_eq!(payload["role"]["permissions"], json!([named("download_reports"), named("view_reports")]));

    let before = entries(&app, "").await.len();
    let same = json!({ "id": id, "name": "Nurse", "assignableByIds": [lead], "editableByNonAdmins": false });
    let answer = admin.run(UPDATE, json!({ "i": same })).await;
    assert_eq!(answer["data"]["updateRole"]["role"]["version"], 2, "{answer}");
    assert_eq!(entries(&app, "").await.len(), before);

    let nothing = json!({ "i": { "id": id, "permissions": null, "assignableByIds": null } });
    let (payload, _) = audited(&admin, &app, UPDATE, nothing).await;
    let cleared = &payload["role"];
    assert_eq!((&cleared["permissions"], &cleared["assignableBy"]), (&json!([]), &json!([])));
    assert_eq!(cleared["name"], "Nurse");
    assert_eq!(
        faults(&admin, UPDATE, json!({ "id": id, "name": null })).await,
        pairs(&[("REQUIRED", "name")])
    );
}

#[tokio::test]
async fn updating_a_role_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let powerful =
        member(&app, "Powerful", &["edit_web_users", "edit_commcare_users", "access_all_locations"], &[])
            .await;
    let own = app.role("Powerful").await.to_string();
    let change = |id: &str| json!({ "id": id, "permissions": [{ "permission": "edit_billing" }] });
    assert_denied(&app, &powerful, UPDATE, [change(&own), change(&nowhere("ro"))], ("admin_only", &[])).await;
    // Who sees no roles but their own hears of no other.
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let nobody = json!({ "i": change(&nowhere("ro")) });
    assert_not_found(&reader, UPDATE, &json!({ "i": change(&own) }), &nobody).await;
}

#[tokio::test]
async fn no_policy_lets_anybody_but_admins_change_roles() {
    let app = TestApp::spawn().await.permitting("role.");
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let own = app.role("Editor").await.to_string();
    let change = json!({ "id": own, "permissions": [{ "permission": "edit_billing" }] });
    assert_eq!(faults(&editor, UPDATE, change.clone()).await, pairs(&[("ADMIN_ONLY", "id")]));
    for mutation in ["archiveRole", "unarchiveRole", "deleteRole"] {
        let query =
            format!("mutation($i: NodeInput!) {{ {mutation}(input: $i) {{ userErrors {{ code path }} }} }}");
        assert_eq!(faults(&editor, &query, json!({ "id": own })).await, pairs(&[("ADMIN_ONLY", "id")]));
    }
    assert_eq!(faults(&app.admin().await, UPDATE, change).await, []);
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_on_renaming_too_whatever_its_case() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = role(&app, "Nurse", &[]).await;
    let archived = role(&app, "Drivér", &[]).await;
    let archive = "mutation($i: NodeInput!) { archiveRole(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, archive, json!({ "id": archived })).await, []);
    app.space("globex", "admin@globex.example").await;
    role_of(&app, "globex", "Elsewhere", &[], false).await;
    for name in ["READ ONLY", "DRIVÉR", "drive\u{301}r", " admin "] {
        let found = faults(&admin, UPDATE, json!({ "id": id, "name": name })).await;
        assert_eq!(found, pairs(&[("ROLE_NAME_TAKEN", "name")]), "{name}");
    }
    for name in ["NURSE", "Elsewhere"] {
        assert_eq!(faults(&admin, UPDATE, json!({ "id": id, "name": name })).await, [], "{name}");
    }
}

#[tokio::test]
async fn all_faults_of_a_change_are_told_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = role(&app, "Nurse", &["view_reports"]).await;
    app.space("globex", "admin@globex.example").await;
    let foreign = role_of(&app, "globex", "Lead", &[], false).await;
    let wrong = json!({
        "id": id, "name": "x".repeat(129), "assignableByIds": [foreign, "x", nowhere("ro")],
        "permissions": [
            { "permission": "edit_everything" }, { "permission": "custom:undeclared" },
            { "permission": "edit_apps", "items": ["one"] },
        ],
    });
    let expected = pairs(&[
        ("TOO_LONG", "name"),
        ("INVALID_VALUE", "permissions.0"),
        ("INVALID_VALUE", "permissions.1"),
        ("INVALID_VALUE", "permissions.2"),
        ("INVALID_VALUE", "assignableByIds.1"),
        ("ROLE_NOT_ASSIGNABLE", "assignableByIds.0"),
        ("ROLE_NOT_ASSIGNABLE", "assignableByIds.2"),
    ]);
    assert_eq!(faults(&admin, UPDATE, wrong).await, expected);
    assert_eq!(faults(&admin, UPDATE, json!({ "id": "nurse" })).await, pairs(&[("INVALID_VALUE", "id")]));
    let answer = admin.run(UPDATE, json!({ "i": { "id": id } })).await;
    assert_eq!(answer["data"]["updateRole"]["role"]["version"], 1, "nothing was written: {answer}");
}

#[tokio::test]
async fn of_two_changes_at_once_with_one_version_one_wins() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = role(&app, "Nurse", &[]).await;
    let change = |name: &str| json!({ "i": { "id": id, "version": 1, "name": name } });
    let (one, two) = tokio::join!(admin.run(UPDATE, change("One")), admin.run(UPDATE, change("Two")));
    let won = |answer: &Json| answer["data"]["updateRole"]["role"]["version"] == 2;
    assert!(won(&one) != won(&two), "{one}\n{two}");
    let lost = if won(&one) { two } else { one };
    assert_eq!(lost["errors"][0]["extensions"]["code"], "CONFLICT", "{lost}");
    assert_eq!(admin.code(UPDATE, change("Three")).await, "CONFLICT");
}

#[tokio::test]
async fn who_manages_releases_keeps_linked_configurations_as_they_were() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let both = ["access_all_locations", "access_release_management", "edit_linked_configurations"];
    let linked = role(&app, "Linked", &both).await;
    let unlinked = role(&app, "Unlinked", &both[..2]).await;
    for (id, given, expected) in [(&linked, &both[..2], &both[..]), (&unlinked, &both[..], &both[..2])] {
        let answer = admin.run(UPDATE, granting(id, given)).await;
        let held = answer["data"]["updateRole"]["role"]["permissions"].as_array().unwrap().clone();
        let held: Vec<_> = held.iter().map(|grant| grant["permission"].as_str().unwrap()).collect();
        assert_eq!(held, expected, "{answer}");
    }
}

#[tokio::test]
async fn the_mobile_default_can_be_changed() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = app.role("Mobile Worker Default").await.to_string();
    let (payload, _) = audited(&admin, &app, UPDATE, granting(&id, &["access_mobile_endpoints"])).await;
    assert_eq!(payload["role"]["isMobileDefault"], true);
}
