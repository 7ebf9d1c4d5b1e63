use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, assert_not_found, audited, faults, member, nowhere, pairs,
    worker, worker_at, worker_who_signs_in,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::json;

pub const SET: &str = "mutation($i: SetPasswordInput!) {
    setMobileWorkerPassword(input: $i) { mobileWorker { id version passwordEditable } userErrors { code path message } }
}";
const VIEW: &str = "{ viewer { principal { signInMethod } } }";
const SETTINGS: &str = "mutation($i: UpdateProjectSpaceInput!) {
    updateProjectSpace(input: $i) { projectSpace { settings { strongMobilePasswords } } userErrors { code } }
}";
const NEW: &str = "another password";

/// Has `acme` want strong passwords.
pub async fn want_strong_passwords(app: &TestApp) {
    let input = json!({ "i": { "projectSpace": "acme", "strongMobilePasswords": true } });
    let answer = app.admin().await.run(SETTINGS, input).await;
    let settings = &answer["data"]["updateProjectSpace"]["projectSpace"]["settings"];
    assert_eq!(settings["strongMobilePasswords"], true, "{answer}");
}

#[tokio::test]
async fn the_worker_signs_in_with_the_new_password_and_is_out_where_they_were_signed_in() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_who_signs_in(&app, "amina").await;
    let before = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let input = json!({ "i": { "id": id, "password": NEW } });
    let (payload, entry) = audited(&admin, &app, SET, input).await;
    assert_eq!(payload["mobileWorker"], json!({ "id": id, "version": 2, "passwordEditable": true }));
    assert_eq!(entry.action, "mobile_worker.set_password");
    assert_eq!(entry.change("password"), Some((json!("***"), json!("*** (new)"))));
    assert!(!format!("{entry:?}").contains(NEW), "{entry:?}");

    assert_eq!(before.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    let login = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code path } } }";
    let old = json!({ "username": "amina@acme.fieldgate.local", "password": WORKER_PASSWORD });
    assert_eq!(faults(&app.stranger(), login, old).await, pairs(&[("WRONG_CREDENTIALS", "")]));
    app.sign_in("amina@acme.fieldgate.local", NEW).await;
}

#[tokio::test]
async fn a_short_password_is_refused_and_a_guessable_one_where_the_space_wants_strong_ones() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let weak = pairs(&[("PASSWORD_WEAK", "password")]);
    for short in ["", "1234567", &"x".repeat(257)] {
        assert_eq!(faults(&admin, SET, json!({ "id": id, "password": short })).await, weak, "{short}");
    }
    assert_eq!(faults(&admin, SET, json!({ "id": id, "password": "qwer1234" })).await, []);

    want_strong_passwords(&app).await;
    for guessable in ["qwer1234", "amina1234", "acme acme", "commcarehq1"] {
        assert_eq!(
            faults(&admin, SET, json!({ "id": id, "password": guessable })).await,
            weak,
            "{guessable}"
        );
    }
    let answer = admin.run(SET, json!({ "i": { "id": id, "password": "password1" } })).await;
    let message = answer["data"]["setMobileWorkerPassword"]["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("`password` is too easily guessed: "), "{message}");
    assert_eq!(faults(&admin, SET, json!({ "id": id, "password": "a7d8fhjkdf8d" })).await, []);
    // The password that somebody has stays as good as it was.
    worker_who_signs_in_with_an_old_password(&app).await;
}

async fn worker_who_signs_in_with_an_old_password(app: &TestApp) {
    let sign_in = |name: &'static str| async move { app.sign_in(name, "a7d8fhjkdf8d").await };
    sign_in("amina@acme.fieldgate.local").await;
}

#[tokio::test]
async fn the_rule_holds_through_every_door() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    want_strong_passwords(&app).await;
    let create = "mutation($i: CreateMobileWorkerInput!) {
        createMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
    }";
    let input = |password: &str| json!({ "projectSpace": "acme", "username": "bilal", "password": password });
    assert_eq!(faults(&admin, create, input("qwer1234")).await, pairs(&[("PASSWORD_WEAK", "password")]));
    assert_eq!(faults(&admin, create, input("bilalbilal1")).await, pairs(&[("PASSWORD_WEAK", "password")]));
    assert_eq!(faults(&admin, create, input("a7d8fhjkdf8d")).await, []);

    let path = format!("/a/acme/api/user/v1/{}/", id.strip_prefix("mw_").unwrap());
    let weak = admin.put(&path, &json!({ "password": "qwer1234" })).await;
    assert_eq!((weak.status.as_u16(), &weak.json()["errors"][0]["code"]), (400, &json!("PASSWORD_WEAK")));
    assert_eq!(admin.put(&path, &json!({ "password": "a7d8fhjkdf8d" })).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_stale_version_and_a_deleted_worker_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let stale = json!({ "i": { "id": id, "version": 2, "password": NEW } });
    assert_eq!(admin.code(SET, stale).await, "CONFLICT");
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": id } })).await;
    let refused = faults(&admin, SET, json!({ "id": id, "password": NEW })).await;
    assert_eq!(refused, pairs(&[("INVALID_STATE", "id")]));
}

#[tokio::test]
async fn setting_a_password_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id, "password": NEW }), json!({ "id": nowhere("mw"), "password": NEW })];
    assert_denied(&app, &viewer, SET, inputs, said).await;
}

#[tokio::test]
async fn setting_a_password_is_denied_where_the_supervisor_does_not_reach() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let far = worker_at(&app, "far", &[&tree.southern]).await;
    let variables = |id: &str| json!({ "i": { "id": id, "password": NEW } });
    assert_not_found(&supervisor, SET, &variables(&far), &variables(&nowhere("mw"))).await;
    let near = worker_at(&app, "near", &[&tree.northern]).await;
    assert_eq!(faults(&supervisor, SET, json!({ "id": near, "password": NEW })).await, []);
}

#[tokio::test]
async fn a_policy_that_denies_it_denies_it_as_part_of_an_edit_too() {
    // Changing workers is permitted by this policy; setting their passwords is left to the standard one.
    let app = TestApp::spawn().await.permitting("mobile_worker.update");
    let script =
        member(&app, "Script", &["view_commcare_users", "access_all_locations", "access_api"], &[]).await;
    let id = worker(&app, "amina").await;
    let path = format!("/a/acme/api/user/v1/{}/", id.strip_prefix("mw_").unwrap());
    assert_eq!(script.put(&path, &json!({ "first_name": "Amina" })).await.status.as_u16(), 200);
    let denied = script.put(&path, &json!({ "first_name": "Aminata", "password": NEW })).await;
    assert_eq!(
        (denied.status.as_u16(), &denied.json()["code"]),
        (403, &json!("FORBIDDEN")),
        "{}",
        denied.text
    );
    assert_eq!(script.get(&path).await.json()["first_name"], "Amina");
}
