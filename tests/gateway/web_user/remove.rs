use super::{MANAGER, id_of, one_more_admin, refused_to_oneself, spaces};
use crate::scene::{Tree, VIEWER, assert_denied, audited, faults, member, nowhere, pairs, role};
use crate::support::{ADMIN, PASSWORD, TestApp};
use chrono::TimeDelta;
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::json;

pub const REMOVE: &str = "mutation($i: NodeInput!) {
    removeWebUser(input: $i) { deletedId undoUntil userErrors { code path } }
}";

#[tokio::test]
async fn a_removed_web_user_has_no_part_here_any_more_and_keeps_account_and_other_spaces() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let ana = app.web_user("ana@acme.example", "Read Only", std::slice::from_ref(&tree.north)).await;
    app.space("globex", "ana@acme.example").await;
    let id = id_of(&admin, "ana@acme.example").await;
    let (payload, entry) = audited(&admin, &app, REMOVE, json!({ "i": { "id": id, "version": 1 } })).await;
    assert_eq!(payload["deletedId"], *id);
    // 72 hours from now.
    assert_eq!(payload["undoUntil"], "2026-09-24T14:13:20+00:00");
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("web_user.remove", "web_user"));
    let read_only = app.role("Read Only").await.to_string();
    assert_eq!(entry.change("role"), Some((json!(read_only), json!(null))));
    assert_eq!(entry.change("locations"), Some((json!([tree.north]), json!(null))));
    assert_eq!(entry.change("is_active"), Some((json!(true), json!(null))));

    assert_eq!(spaces(&ana).await, ["globex"]);
    assert_eq!(spaces(&app.sign_in("ana@acme.example", PASSWORD).await).await, ["globex"]);
    let list = "{ projectSpace(name: \"acme\") { webUsers(filter: { search: \"ana\" }) { totalCount nodes { id } } } }";
    let answer = admin.run(list, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["webUsers"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(admin.code(REMOVE, json!({ "i": { "id": id } })).await, "NOT_FOUND");
    assert_eq!(faults(&admin, REMOVE, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
}

#[tokio::test]
async fn removing_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let looking = [&["view_web_users"], VIEWER].concat();
    let viewer = member(&app, "Viewer", &looking, &[]).await;
    let id = id_of(&app.admin().await, "ana@acme.example").await;
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("ms") })];
    let missing: (&str, &[&str]) = ("missing_permission", &["edit_web_users"]);
    assert_denied(&app, &viewer, REMOVE, inputs, missing).await;
}

#[tokio::test]
async fn nobody_removes_themselves_or_the_last_active_admin() {
    let app = TestApp::spawn().await;
    assert_eq!(refused_to_oneself(&app, REMOVE).await, pairs(&[("SELF_REMOVAL", "id")]));
    let admin = app.admin().await;
    let other = id_of(&admin, "second@acme.example").await;
    let deactivate = "mutation($i: NodeInput!) { deactivateWebUser(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, deactivate, json!({ "id": other })).await, []);
    let first = fieldgate::domain::MembershipId::parse(&id_of(&admin, ADMIN).await).unwrap();
    let operator = crate::support::operator();
    let refused = web_user::remove(&app.services, &operator, first, None).await;
    assert!(refused.unwrap_err().to_string().contains("only active admin"));
    // An admin who is deactivated already can go.
    assert_eq!(faults(&admin, REMOVE, json!({ "id": other })).await, []);
}

#[tokio::test]
async fn a_user_who_may_edit_web_users_removes_members_whatever_these_hold_but_no_admin() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let manager = member(&app, "Manager", MANAGER, &[]).await;
    member(&app, "Reader", &["view_reports", "access_all_locations"], &[]).await;
    member(&app, "Biller", &["edit_billing", "access_all_locations"], &[]).await;
    let reader = id_of(&admin, "reader@acme.example").await;
    assert_eq!(faults(&manager, REMOVE, json!({ "id": reader })).await, []);
    let biller = id_of(&admin, "biller@acme.example").await;
    assert_eq!(faults(&manager, REMOVE, json!({ "id": biller })).await, []);
    let boss = id_of(&admin, ADMIN).await;
    let answer = manager.run(REMOVE, json!({ "i": { "id": boss } })).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "admin_only", "{answer}");
}

#[tokio::test]
async fn keys_of_an_earlier_membership_do_not_come_back_with_a_new_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let nurse = role(&app, "Nurse", &["access_api", "access_all_locations"]).await;
    let ana = app.web_user("ana@acme.example", "Nurse", &[]).await;
    let key = format!(
        "mutation {{ createApiKey(input: {{ projectSpace: \"acme\", name: \"sync\", roleId: \"{nurse}\" }}) {{ secret userErrors {{ code }} }} }}"
    );
    // Only an admin, or who may assign the role, narrows a key to it: the admin makes it theirs here.
    let made = one_more_admin(&app, "second@acme.example").await;
    let secret =
        made.run(&key, json!({})).await["data"]["createApiKey"]["secret"].as_str().unwrap().to_owned();
    let script = app.stranger().with_authorization(&format!("ApiKey second@acme.example:{secret}"));
    assert_eq!(script.get("/a/acme/api/user/v1/").await.status.as_u16(), 200);
    let second = id_of(&admin, "second@acme.example").await;
    assert_eq!(faults(&admin, REMOVE, json!({ "id": second })).await, []);
    assert_eq!(script.get("/a/acme/api/user/v1/").await.status.as_u16(), 401);

    app.pass(TimeDelta::seconds(1));
    let again = NewWebUser { email: "second@acme.example".to_owned(), ..NewWebUser::default() };
    web_user::add(&app.services, &crate::support::operator(), "acme", &again).await.unwrap();
    assert_eq!(spaces(&app.sign_in("second@acme.example", PASSWORD).await).await, ["acme"]);
    assert_eq!(script.get("/a/acme/api/user/v1/").await.status.as_u16(), 401);

    // Nor is such a key in the way of deleting its role.
    let delete = "mutation($i: NodeInput!) { deleteRole(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": nurse })).await, pairs(&[("ROLE_IN_USE", "id")]));
    let holder = id_of(&admin, "ana@acme.example").await;
    assert_eq!(faults(&admin, REMOVE, json!({ "id": holder })).await, []);
    assert_eq!(faults(&admin, delete, json!({ "id": nurse })).await, []);
    assert_eq!(spaces(&ana).await, Vec::<String>::new());
}
