use super::{MANAGER, id_of, one_more_admin, spaces};
use crate::scene::{
    Tree, VIEWER, assert_denied, audited, entries, faults, member, nowhere, outsider, pairs, role,
    role_given_by, role_of,
};
use crate::support::{ADMIN, PASSWORD, TestApp};
use serde_json::{Value as Json, json};

pub const UPDATE: &str = "mutation($i: UpdateWebUserInput!) {
    updateWebUser(input: $i) {
        webUser {
            id email firstName membership {
                isAdmin roleName role { name } locations { name } primaryLocation { name } isActive version
            }
        }
        userErrors { code path }
    }
}";
const MINE: &str = "{ viewer { permissions(projectSpace: \"acme\") { isAdmin grants { permission } } } }";

#[tokio::test]
async fn role_and_locations_are_changed_here_and_hold_at_once() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let ana = app.web_user("ana@acme.example", "Read Only", &[]).await;
    let nurse = role(&app, "Nurse", &["view_commcare_users"]).await;
    app.space("globex", "ana@acme.example").await;
    let id = id_of(&admin, "ana@acme.example").await;
    let change = json!({
        "id": id, "version": 1, "roleId": nurse, "locationIds": [tree.north, tree.southern, tree.north],
        "primaryLocationId": tree.southern,
    });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": change })).await;
    let expected = json!({
        "id": id, "email": "ana@acme.example", "firstName": "Test",
        "membership": {
            "isAdmin": false, "roleName": "Nurse", "role": { "name": "Nurse" },
            "locations": [{ "name": "North" }, { "name": "Southern" }], "primaryLocation": { "name": "Southern" },
            "isActive": true, "version": 2,
        },
    });
    assert_eq!(payload["webUser"], expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("web_user.update", "web_user"));
    let read_only = app.role("Read Only").await.to_string();
    assert_eq!(entry.change("role"), Some((json!(read_only), json!(nurse))));
    assert_eq!(entry.change("locations"), Some((json!([]), json!([tree.north, tree.southern]))));
    assert_eq!(entry.change("primary_location"), Some((json!(null), json!(tree.southern))));

    let mine = ana.run(MINE, json!({})).await;
    let grants = &mine["data"]["viewer"]["permissions"]["grants"];
    assert_eq!(*grants, json!([{ "permission": "view_commcare_users" }]), "{mine}");
    let elsewhere = MINE.replace("acme", "globex");
    let mine = ana.run(&elsewhere, json!({})).await;
    assert_eq!(mine["data"]["viewer"]["permissions"]["isAdmin"], true, "{mine}");
}

#[tokio::test]
async fn what_is_left_out_stays_null_clears_and_changing_nothing_writes_nothing() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    app.web_user("ana@acme.example", "Read Only", &[tree.north.clone(), tree.south.clone()]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    let before = entries(&app, "").await.len();
    let same = json!({
        "id": id, "locationIds": [tree.north, tree.south], "primaryLocationId": tree.north, "admin": false,
        "roleId": app.role("Read Only").await.to_string(),
    });
    let answer = admin.run(UPDATE, json!({ "i": same })).await;
    assert_eq!(answer["data"]["updateWebUser"]["webUser"]["membership"]["version"], 1, "{answer}");
    assert_eq!(entries(&app, "").await.len(), before);

    let (payload, entry) =
        audited(&admin, &app, UPDATE, json!({ "i": { "id": id, "locationIds": [tree.south] } })).await;
    let membership = &payload["webUser"]["membership"];
    assert_eq!(
        (&membership["roleName"], &membership["primaryLocation"]["name"]),
        (&json!("Read Only"), &json!("South"))
    );
    assert_eq!(entry.change("role"), None);
    let (payload, _) = audited(&admin, &app, UPDATE, json!({ "i": { "id": id, "locationIds": null } })).await;
    let membership = &payload["webUser"]["membership"];
    assert_eq!((&membership["locations"], &membership["primaryLocation"]), (&json!([]), &Json::Null));
    for input in [json!({ "id": id, "roleId": null }), json!({ "id": id, "roleId": null, "admin": false })] {
        assert_eq!(faults(&admin, UPDATE, input).await, pairs(&[("REQUIRED", "roleId")]));
    }
}

#[tokio::test]
async fn updating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let looking = [&["view_web_users"], VIEWER].concat();
    let viewer = member(&app, "Viewer", &looking, &[]).await;
    let id = id_of(&app.admin().await, "ana@acme.example").await;
    let change = |id: &str| json!({ "id": id, "locationIds": [] });
    let missing: (&str, &[&str]) = ("missing_permission", &["edit_web_users"]);
    assert_denied(&app, &viewer, UPDATE, [change(&id), change(&nowhere("ms"))], missing).await;
}

#[tokio::test]
async fn admin_is_given_and_taken_by_admins_alone() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let manager = member(&app, "Manager", MANAGER, &[]).await;
    app.web_user("ana@acme.example", "Manager", &[]).await;
    let (ana, boss) = (id_of(&admin, "ana@acme.example").await, id_of(&admin, ADMIN).await);
    for input in [json!({ "id": ana, "admin": true }), json!({ "id": boss, "locationIds": [] })] {
        let answer = manager.run(UPDATE, json!({ "i": input })).await;
        let extensions = &answer["errors"][0]["extensions"];
        let said = (&extensions["code"], &extensions["reason"]);
        assert_eq!(said, (&json!("FORBIDDEN"), &json!("admin_only")), "{answer}");
    }
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": { "id": ana, "admin": true } })).await;
    let membership = &payload["webUser"]["membership"];
    assert_eq!(
        (&membership["isAdmin"], &membership["roleName"], &membership["role"]),
        (&json!(true), &json!("Admin"), &Json::Null)
    );
    let role = app.role("Manager").await.to_string();
    assert_eq!(entry.change("role"), Some((json!(role), json!("admin"))));
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": { "id": ana, "roleId": role } })).await;
    assert_eq!(payload["webUser"]["membership"]["isAdmin"], false);
    assert_eq!(entry.change("role"), Some((json!("admin"), json!(role))));
    let both = json!({ "id": ana, "roleId": role, "admin": true });
    assert_eq!(faults(&admin, UPDATE, both).await, pairs(&[("INVALID_VALUE", "admin")]));
}

#[tokio::test]
async fn no_policy_lets_anybody_climb() {
    let app = TestApp::spawn().await.permitting("web_user.");
    let admin = app.admin().await;
    let manager = member(&app, "Manager", MANAGER, &[]).await;
    let manager_role = app.role("Manager").await.to_string();
    let strong =
        role_given_by(&app, "Strong", &["edit_billing", "access_all_locations"], &manager_role).await;
    let weak = role_given_by(&app, "Weak", &["view_reports", "access_all_locations"], &manager_role).await;
    let unassignable = role(&app, "Unassignable", &["view_reports", "access_all_locations"]).await;
    app.web_user("ana@acme.example", "Weak", &[]).await;
    app.web_user("bob@acme.example", "Strong", &[]).await;
    let (ana, bob) = (id_of(&admin, "ana@acme.example").await, id_of(&admin, "bob@acme.example").await);
    let (boss, own) = (id_of(&admin, ADMIN).await, id_of(&admin, "manager@acme.example").await);
    for (input, expected) in [
        (json!({ "id": ana, "admin": true }), ("ROLE_NOT_ASSIGNABLE", "admin")),
        (json!({ "id": ana, "roleId": unassignable }), ("ROLE_NOT_ASSIGNABLE", "roleId")),
        (json!({ "id": boss, "roleId": weak }), ("ADMIN_ONLY", "id")),
        (json!({ "id": boss, "locationIds": [] }), ("ADMIN_ONLY", "id")),
        (json!({ "id": own, "roleId": weak }), ("SELF_REMOVAL", "roleId")),
    ] {
        assert_eq!(faults(&manager, UPDATE, input.clone()).await, pairs(&[expected]), "{input}");
    }
    let nothing = json!({ "id": own, "admin": true });
    let expected = pairs(&[("SELF_REMOVAL", "admin"), ("ROLE_NOT_ASSIGNABLE", "admin")]);
    assert_eq!(faults(&manager, UPDATE, nothing).await, expected);
    let open =
        crate::scene::role_of(&app, "acme", "Open", &["edit_billing", "access_all_locations"], true).await;
    let input = json!({ "id": ana, "roleId": open });
    assert_eq!(faults(&manager, UPDATE, input).await, pairs(&[("GRANT_NOT_HELD", "roleId")]));
    // A role whose "assignable by" names theirs may be given, and a stronger member may be given a weaker role.
    assert_eq!(faults(&manager, UPDATE, json!({ "id": ana, "roleId": strong })).await, []);
    assert_eq!(faults(&manager, UPDATE, json!({ "id": bob, "roleId": weak })).await, []);
}

#[tokio::test]
async fn nobody_changes_their_own_role_and_the_last_admin_stays_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let read_only = app.role("Read Only").await.to_string();
    let own = id_of(&admin, ADMIN).await;
    let demoted = |id: &str| json!({ "id": id, "roleId": read_only });
    assert_eq!(faults(&admin, UPDATE, demoted(&own)).await, pairs(&[("SELF_REMOVAL", "roleId")]));
    let second = one_more_admin(&app, "second@acme.example").await;
    assert_eq!(faults(&admin, UPDATE, demoted(&own)).await, pairs(&[("SELF_REMOVAL", "roleId")]));
    assert_eq!(faults(&second, UPDATE, demoted(&own)).await, []);
    assert_eq!(admin.code(UPDATE, json!({ "i": demoted(&own) })).await, "FORBIDDEN");
    // The operator is nobody there, and still may not leave the project space without an admin.
    let last = id_of(&second, "second@acme.example").await;
    let input = fieldgate::domain::AssignmentInput {
        role: fieldgate::domain::Patch::Set(read_only.clone()),
        ..Default::default()
    };
    let id = fieldgate::domain::MembershipId::parse(&last).unwrap();
    let services = &app.services;
    let refused =
        fieldgate::service::web_user::update(services, &crate::support::operator(), id, None, &input).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("only active admin"), "{refused}");
    // One's own locations are no rights, for who is not limited to them.
    let tree = Tree::plant(&app).await;
    assert_eq!(faults(&second, UPDATE, json!({ "id": last, "locationIds": [tree.north] })).await, []);
}

#[tokio::test]
async fn all_faults_of_a_change_are_told_at_once() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    outsider(&app).await;
    let foreign = role_of(&app, "globex", "Foreign", &[], false).await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    let wrong = json!({
        "id": id, "roleId": foreign, "locationIds": [tree.north, "x", nowhere("lo")], "primaryLocationId": tree.south,
    });
    let expected = pairs(&[
        ("INVALID_VALUE", "locationIds.1"),
        ("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId"),
        ("LOCATION_OUT_OF_REACH", "locationIds.2"),
        ("ROLE_NOT_ASSIGNABLE", "roleId"),
    ]);
    assert_eq!(faults(&admin, UPDATE, wrong).await, expected);
    let default = app.role("Mobile Worker Default").await.to_string();
    assert_eq!(
        faults(&admin, UPDATE, json!({ "id": id, "roleId": default })).await,
        pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")])
    );
    // The account's id is the same in every project space, so it does not say which membership is meant.
    let account = "{ projectSpace(name: \"acme\") { webUser(email: \"ana@acme.example\") { accountId } } }";
    let account = admin.run(account, json!({})).await["data"]["projectSpace"]["webUser"]["accountId"].clone();
    for id in [json!("ana"), account] {
        assert_eq!(faults(&admin, UPDATE, json!({ "id": id })).await, pairs(&[("INVALID_VALUE", "id")]));
    }
}

#[tokio::test]
async fn names_and_addresses_are_nobody_elses_to_change() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    for field in ["firstName", "lastName", "email", "password"] {
        let answer = admin.run(UPDATE, json!({ "i": { "id": id, field: "x" } })).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(field), "{answer}");
    }
    app.sign_in("ana@acme.example", PASSWORD).await;
}

#[tokio::test]
async fn a_stale_version_is_refused_and_of_two_changes_at_once_one_wins() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    let to = |place: &String| json!({ "i": { "id": id, "version": 1, "locationIds": [place] } });
    let (one, two) = tokio::join!(admin.run(UPDATE, to(&tree.north)), admin.run(UPDATE, to(&tree.south)));
    let won = |answer: &Json| answer["data"]["updateWebUser"]["webUser"].is_object();
    assert!(won(&one) != won(&two), "{one}\n{two}");
    let lost = if won(&one) { two } else { one };
    assert_eq!(lost["errors"][0]["extensions"]["code"], "CONFLICT", "{lost}");
    assert_eq!(admin.code(UPDATE, to(&tree.northern)).await, "CONFLICT");
    assert_eq!(spaces(&admin).await, ["acme"]);
}
