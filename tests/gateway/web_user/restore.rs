use super::remove::REMOVE;
use super::{MANAGER, id_of, one_more_admin, spaces};
use crate::scene::{
    Tree, assert_not_found, audited, entries, faults, member, nowhere, outsider, pairs, role,
};
use crate::support::{ADMIN, PASSWORD, TestApp, operator};
use chrono::TimeDelta;
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::{Value as Json, json};

const RESTORE: &str = "mutation($i: NodeInput!) {
    restoreWebUser(input: $i) {
        webUser {
            id email lastLoginAt
            membership {
                isAdmin roleName locations { name } primaryLocation { name } isActive joinedAt version
            }
        }
        userErrors { code path }
    }
}";

#[tokio::test]
async fn within_72_hours_a_removed_web_user_comes_back_as_they_were() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let places = [tree.south.clone(), tree.northern.clone()];
    app.web_user("ana@acme.example", "Read Only", &places).await;
    let id = id_of(&admin, "ana@acme.example").await;
    let found = "query($id: ID!) { projectSpace(name: \"acme\") { webUser(id: $id) {
        id email lastLoginAt
        membership { isAdmin roleName locations { name } primaryLocation { name } isActive joinedAt version }
    } } }";
    app.pass(TimeDelta::hours(5));
    let (admin, ana) = (app.admin().await, app.sign_in("ana@acme.example", PASSWORD).await);
    let mut before = admin.run(found, json!({ "id": id })).await["data"]["projectSpace"]["webUser"].clone();
    admin.run(REMOVE, json!({ "i": { "id": id } })).await;
    assert_eq!(spaces(&ana).await, Vec::<String>::new());
    app.pass(TimeDelta::hours(72) - TimeDelta::microseconds(1));
    let admin = app.admin().await;
    let (payload, entry) = audited(&admin, &app, RESTORE, json!({ "i": { "id": id } })).await;
    before["membership"]["version"] = json!(3);
    assert_eq!(payload["webUser"], before);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("web_user.restore", "web_user"));
    assert_eq!(entry.change("locations"), Some((json!(null), json!(places))));
    assert_eq!(entry.change("is_active"), Some((json!(null), json!(true))));
    // Lists find them again.
    assert_eq!(id_of(&admin, "ana@acme.example").await, id);
    let search = "{ projectSpace(name: \"acme\") { webUsers(filter: { search: \"ana@\" }) { totalCount } } }";
    let answer = admin.run(search, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["webUsers"]["totalCount"], 1, "{answer}");
    assert_eq!(faults(&admin, RESTORE, json!({ "id": id })).await, pairs(&[("INVALID_STATE", "id")]));
}

#[tokio::test]
async fn a_key_works_again_when_the_removal_of_its_owner_is_undone() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let ana = member(&app, "Ana", &["access_api", "access_all_locations"], &[]).await;
    let key = "mutation { createApiKey(input: { projectSpace: \"acme\", name: \"sync\" }) { secret } }";
    let secret = ana.run(key, json!({})).await["data"]["createApiKey"]["secret"].as_str().unwrap().to_owned();
    let script = app.stranger().with_authorization(&format!("ApiKey ana@acme.example:{secret}"));
    let id = id_of(&admin, "ana@acme.example").await;
    for (mutation, status) in [(REMOVE, 401), (RESTORE, 200)] {
        assert_eq!(faults(&admin, mutation, json!({ "id": id })).await, []);
        assert_eq!(script.get("/a/acme/api/user/v1/").await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn a_deactivated_admin_comes_back_deactivated_and_as_an_admin() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    one_more_admin(&app, "second@acme.example").await;
    let id = id_of(&admin, "second@acme.example").await;
    let deactivate = "mutation($i: NodeInput!) { deactivateWebUser(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, deactivate, json!({ "id": id })).await, []);
    assert_eq!(faults(&admin, REMOVE, json!({ "id": id })).await, []);
    let manager = member(&app, "Manager", MANAGER, &[]).await;
    let answer = manager.run(RESTORE, json!({ "i": { "id": id } })).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "admin_only", "{answer}");
    let answer = admin.run(RESTORE, json!({ "i": { "id": id } })).await;
    let membership = &answer["data"]["restoreWebUser"]["webUser"]["membership"];
    assert_eq!((&membership["isAdmin"], &membership["isActive"]), (&json!(true), &json!(false)), "{answer}");
}

#[tokio::test]
async fn restoring_is_denied_to_who_may_not_edit_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let ana = app.web_user("ana@acme.example", "Read Only", &[]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    let viewer = member(&app, "Viewer", &["view_web_users", "access_all_locations"], &[]).await;
    admin.run(REMOVE, json!({ "i": { "id": id } })).await;
    let (input, unknown) = (json!({ "i": { "id": id } }), json!({ "i": { "id": nowhere("ms") } }));
    let before = entries(&app, "").await.len();
    let answer = viewer.run(RESTORE, input.clone()).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(
        (&extensions["code"], &extensions["missing"]),
        (&json!("FORBIDDEN"), &json!(["edit_web_users"])),
        "{answer}"
    );
    assert_not_found(&reader, RESTORE, &input, &unknown).await;
    assert_eq!(entries(&app, "").await.len(), before);
    // Not even the person themselves: they are a stranger here now.
    assert_not_found(&ana, RESTORE, &input, &unknown).await;
    assert_not_found(&outsider(&app).await, RESTORE, &input, &unknown).await;
    assert_eq!(app.stranger().code(RESTORE, input).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_removal_is_not_undone_too_late_or_past_what_has_changed_since() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &[]).await;
    app.web_user("late@acme.example", "Read Only", &[]).await;
    app.web_user("again@acme.example", "Read Only", &[]).await;
    app.web_user("nurse@acme.example", "Nurse", &[]).await;
    app.web_user("moved@acme.example", "Read Only", &[tree.northern.clone(), tree.south.clone()]).await;
    let mut ids = Vec::new();
    for name in ["late", "again", "nurse", "moved"] {
        let id = id_of(&admin, &format!("{name}@acme.example")).await;
        assert_eq!(faults(&admin, REMOVE, json!({ "id": id })).await, []);
        ids.push(id);
    }
    let again = NewWebUser {
        email: "again@acme.example".to_owned(),
        role: Some(app.role("Read Only").await),
        ..NewWebUser::default()
    };
    web_user::add(&app.services, &operator(), "acme", &again).await.unwrap();
    let delete = "mutation($i: NodeInput!) { deleteRole(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": nurse })).await, []);
    app.rows("UPDATE location SET is_archived = TRUE WHERE name = 'Northern'").await.unwrap();

    assert_eq!(faults(&admin, RESTORE, json!({ "id": ids[1] })).await, pairs(&[("ALREADY_MEMBER", "id")]));
    assert_eq!(
        faults(&admin, RESTORE, json!({ "id": ids[2] })).await,
        pairs(&[("ROLE_NOT_ASSIGNABLE", "id")])
    );
    let moved = admin.run(RESTORE, json!({ "i": { "id": ids[3] } })).await;
    let membership = &moved["data"]["restoreWebUser"]["webUser"]["membership"];
    assert_eq!(membership["locations"], json!([{ "name": "South" }]), "{moved}");
    assert_eq!(membership["primaryLocation"], json!({ "name": "South" }), "{moved}");
    app.pass(TimeDelta::hours(72));
    let admin = app.admin().await;
    assert_eq!(faults(&admin, RESTORE, json!({ "id": ids[0] })).await, pairs(&[("INVALID_STATE", "id")]));
    assert_eq!(faults(&admin, RESTORE, json!({ "id": "x" })).await, pairs(&[("INVALID_VALUE", "id")]));
    // Who is removed twice can be restored once, as they were the second time.
    let id = id_of(&admin, "again@acme.example").await;
    assert_eq!(faults(&admin, REMOVE, json!({ "id": id })).await, []);
    assert_eq!(admin.code(RESTORE, json!({ "i": { "id": ids[1] } })).await, "NOT_FOUND");
    assert_eq!(faults(&admin, RESTORE, json!({ "id": id })).await, []);
    let _: &Json = &moved;
    assert_eq!(id_of(&admin, ADMIN).await.len(), 35);
}

#[tokio::test]
async fn of_two_who_undo_a_removal_at_once_one_does() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    for _ in 0..5 {
        let id = id_of(&admin, "ana@acme.example").await;
        assert_eq!(faults(&admin, REMOVE, json!({ "id": id })).await, []);
        let input = json!({ "i": { "id": id } });
        let (one, two) = tokio::join!(admin.run(RESTORE, input.clone()), admin.run(RESTORE, input));
        let done = |answer: &Json| answer["data"]["restoreWebUser"]["webUser"].is_object();
        assert!(done(&one) != done(&two), "{one}\n{two}");
    }
}
