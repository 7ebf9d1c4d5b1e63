use super::{MANAGER, admin_of, id_of, one_more_admin, refused_to_oneself, spaces};
use crate::scene::{VIEWER, assert_denied, audited, entries, faults, member, nowhere, pairs};
use crate::support::{ADMIN, PASSWORD, TestApp};
use serde_json::json;

pub const DEACTIVATE: &str = "mutation($i: NodeInput!) {
    deactivateWebUser(input: $i) { webUser { id membership { isActive version } } userErrors { code path } }
}";

#[tokio::test]
async fn a_deactivated_web_user_is_out_of_this_space_at_once_and_of_no_other() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let ana = member(&app, "Ana", &["access_api", "access_all_locations"], &[]).await;
    app.space("globex", "ana@acme.example").await;
    let key = "mutation { createApiKey(input: { projectSpace: \"acme\", name: \"sync\" }) { secret } }";
    let secret = ana.run(key, json!({})).await["data"]["createApiKey"]["secret"].as_str().unwrap().to_owned();
    let script = app.stranger().with_authorization(&format!("ApiKey ana@acme.example:{secret}"));
    assert_eq!(script.get("/a/acme/api/user/v1/").await.status.as_u16(), 200);
    assert_eq!(spaces(&ana).await.len(), 2);

    let id = id_of(&admin, "ana@acme.example").await;
    let (payload, entry) = audited(&admin, &app, DEACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["webUser"], json!({ "id": id, "membership": { "isActive": false, "version": 2 } }));
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("web_user.deactivate", "web_user"));
    assert_eq!(entry.changes, json!([{ "field": "is_active", "from": true, "to": false }]));

    assert_eq!(spaces(&ana).await, ["globex"]);
    let gone = ana.run("{ projectSpace(name: \"acme\") { id } }", json!({})).await;
    assert_eq!(gone, json!({ "data": { "projectSpace": null } }));
    assert!(script.get("/a/acme/api/user/v1/").await.status.is_client_error());
    // They can still sign in: the account is not the project space's.
    assert_eq!(spaces(&app.sign_in("ana@acme.example", PASSWORD).await).await, ["globex"]);

    let before = entries(&app, "").await.len();
    let again = admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(again["data"]["deactivateWebUser"]["webUser"]["membership"]["version"], 2, "{again}");
    assert_eq!(entries(&app, "").await.len(), before, "deactivating twice changes nothing");
}

#[tokio::test]
async fn deactivating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let looking = [&["view_web_users"], VIEWER].concat();
    let viewer = member(&app, "Viewer", &looking, &[]).await;
    let id = id_of(&app.admin().await, "ana@acme.example").await;
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("ms") })];
    let missing: (&str, &[&str]) = ("missing_permission", &["edit_web_users"]);
    assert_denied(&app, &viewer, DEACTIVATE, inputs, missing).await;
}

#[tokio::test]
async fn nobody_deactivates_themselves_or_the_last_active_admin() {
    let app = TestApp::spawn().await;
    assert_eq!(refused_to_oneself(&app, DEACTIVATE).await, pairs(&[("SELF_REMOVAL", "id")]));
    let (admin, second) = (app.admin().await, app.sign_in("second@acme.example", PASSWORD).await);
    let first = id_of(&admin, ADMIN).await;
    let other = id_of(&admin, "second@acme.example").await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": other })).await, []);
    assert_eq!(second.code(DEACTIVATE, json!({ "i": { "id": first } })).await, "NOT_FOUND");
    // A deactivated admin is none that could help: the first one is the last active one now.
    let id = fieldgate::domain::MembershipId::parse(&first).unwrap();
    let operator = crate::support::operator();
    let refused = fieldgate::service::web_user::deactivate(&app.services, &operator, id, None).await;
    assert!(refused.unwrap_err().to_string().contains("only active admin"));
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
    assert_eq!(admin.code(DEACTIVATE, json!({ "i": { "id": other, "version": 1 } })).await, "CONFLICT");
}

#[tokio::test]
async fn admins_of_one_space_are_no_help_in_another() {
    let app = TestApp::spawn().await;
    app.space("globex", "admin@globex.example").await;
    admin_of(&app, "globex", ADMIN).await;
    let operator = crate::support::operator();
    let id = fieldgate::domain::MembershipId::parse(&id_of(&app.admin().await, ADMIN).await).unwrap();
    let refused = fieldgate::service::web_user::deactivate(&app.services, &operator, id, None).await;
    assert!(refused.unwrap_err().to_string().contains("only active admin"));
}

#[tokio::test]
async fn under_a_permissive_policy_admins_are_changed_by_admins_only_and_rights_not_held_are_not_given_again()
{
    let app = TestApp::spawn().await.permitting("web_user.");
    let admin = app.admin().await;
    one_more_admin(&app, "second@acme.example").await;
    let manager = member(&app, "Manager", MANAGER, &[]).await;
    member(&app, "Biller", &["edit_billing", "access_all_locations"], &[]).await;
    member(&app, "Reader", &["view_reports", "access_all_locations"], &[]).await;
    // Taking needs no more than the permission to edit web users; giving again needs what is given.
    for (email, taken, given) in [
        ("second@acme.example", pairs(&[("ADMIN_ONLY", "id")]), pairs(&[("ADMIN_ONLY", "id")])),
        ("biller@acme.example", vec![], pairs(&[("GRANT_NOT_HELD", "id")])),
        ("reader@acme.example", vec![], vec![]),
    ] {
        let id = id_of(&admin, email).await;
        for verb in ["deactivate", "activate", "remove", "restore"] {
            let query = format!(
                "mutation($i: NodeInput!) {{ {verb}WebUser(input: $i) {{ userErrors {{ code path }} }} }}"
            );
            let expected = match (verb, email) {
                // A member who was not removed cannot be restored.
                ("restore", "second@acme.example") => pairs(&[("INVALID_STATE", "id")]),
                ("activate" | "restore", _) => given.clone(),
                _ => taken.clone(),
            };
            assert_eq!(faults(&manager, &query, json!({ "id": id })).await, expected, "{verb} {email}");
        }
    }
}
