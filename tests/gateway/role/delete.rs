use crate::scene::{
    EDITOR, assert_denied, audited, declare, entries, faults, member, nowhere, pairs, role, role_given_by,
    worker_with,
};
use crate::support::{Actor, TestApp};
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::json;

const DELETE: &str =
    "mutation($i: NodeInput!) { deleteRole(input: $i) { deletedId userErrors { code message path } } }";

async fn worker_having(app: &TestApp, username: &str, role: &str) -> String {
    let input = MobileWorkerInput { role: Patch::Set(role.to_owned()), ..MobileWorkerInput::default() };
    worker_with(app, username, input).await
}

/// Why the role is not deleted.
async fn refusal(admin: &Actor<'_>, id: &str) -> String {
    let answer = admin.run(DELETE, json!({ "i": { "id": id } })).await;
    let error = &answer["data"]["deleteRole"]["userErrors"][0];
    assert_eq!((&error["code"], &error["path"]), (&json!("ROLE_IN_USE"), &json!(["id"])), "{answer}");
    error["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_role_that_nobody_has_is_gone_for_those_who_gave_and_were_given_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    declare(&app, "custom:approve").await;
    let id = role(&app, "Nurse", &["custom:approve", "view_reports"]).await;
    role_given_by(&app, "Student", &[], &id).await;
    let (payload, entry) = audited(&admin, &app, DELETE, json!({ "i": { "id": id, "version": 1 } })).await;
    assert_eq!(payload["deletedId"], *id);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("role.delete", "role"));
    assert_eq!(entry.change("name"), Some((json!("Nurse"), json!(null))));
    let granted = json!({ "custom:approve": true, "view_reports": true });
    assert_eq!(entry.change("grants"), Some((granted, json!(null))));

    let roles =
        "{ projectSpace(name: \"acme\") { roles(includeArchived: true) { name assignableBy { name } } } }";
    let answer = admin.run(roles, json!({})).await;
    let roles = answer["data"]["projectSpace"]["roles"].as_array().unwrap();
    assert!(roles.contains(&json!({ "name": "Student", "assignableBy": [] })), "{answer}");
    assert!(!answer.to_string().contains("Nurse"), "{answer}");
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": id } })).await, "NOT_FOUND");
}

#[tokio::test]
async fn deleting_a_role_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let id = role(&app, "Nurse", &[]).await;
    let input = [json!({ "id": id }), json!({ "id": nowhere("ro") })];
    assert_denied(&app, &editor, DELETE, input, ("admin_only", &[])).await;
}

#[tokio::test]
async fn a_role_in_use_stays_and_who_has_it_is_counted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let before = entries(&app, "").await.len();
    let id = role(&app, "Nurse", &["access_api"]).await;
    worker_having(&app, "amina", &id).await;
    assert!(refusal(&admin, &id).await.contains("in use by 1 mobile worker:"));
    let bo = worker_having(&app, "bo", &id).await;
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": bo } })).await;
    app.web_user("nurse@acme.example", "Nurse", &[]).await;
    let key = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret userErrors { code } } }";
    let input = json!({ "projectSpace": "acme", "name": "sync", "roleId": id });
    assert_eq!(admin.refusals("createApiKey", key, json!({ "i": input })).await, Vec::<String>::new());
    let said = refusal(&admin, &id).await;
    assert!(said.contains("in use by 2 mobile workers, 1 web user and 1 API key:"), "{said}");
    let deleted = entries(&app, "").await.into_iter().skip(before);
    assert!(deleted.into_iter().all(|entry| entry.action != "role.delete"));
}

#[tokio::test]
async fn the_mobile_default_is_not_deleted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = app.role("Mobile Worker Default").await.to_string();
    assert_eq!(faults(&admin, DELETE, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
    assert_eq!(faults(&admin, DELETE, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
    let nurse = role(&app, "Nurse", &[]).await;
    assert_eq!(admin.code(DELETE, json!({ "i": { "id": nurse, "version": 7 } })).await, "CONFLICT");
}

#[tokio::test]
async fn of_deleting_a_role_and_giving_it_at_once_one_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = "mutation($i: CreateMobileWorkerInput!) {
        createMobileWorker(input: $i) { mobileWorker { id } userErrors { code } }
    }";
    for number in 0..20 {
        let id = role(&app, &format!("Nurse {number}"), &[]).await;
        let worker = json!({ "i": {
            "projectSpace": "acme", "username": format!("w{number}"), "password": "qwer1234", "roleId": id,
        } });
        let (deleted, given) =
            tokio::join!(admin.run(DELETE, json!({ "i": { "id": id } })), admin.run(create, worker));
        let is_deleted = deleted["data"]["deleteRole"]["deletedId"] == *id;
        let is_given = given["data"]["createMobileWorker"]["mobileWorker"].is_object();
        assert!(is_deleted != is_given, "{deleted}\n{given}");
        if is_deleted {
            let refused = &given["data"]["createMobileWorker"]["userErrors"][0]["code"];
            let failed = &given["errors"][0]["extensions"]["code"];
            assert!(*refused == "ROLE_NOT_ASSIGNABLE" || *failed == "CONFLICT", "{given}");
        } else {
            assert_eq!(deleted["data"]["deleteRole"]["userErrors"][0]["code"], "ROLE_IN_USE", "{deleted}");
        }
    }
}
