use super::{EDITOR, INVITE, VIEWER, input, invite, join, mails, token};
use crate::scene::{Tree, assert_denied, audited, entries, faults, member, nowhere, pairs, role, role_of};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateInvitationInput!) {
    updateInvitation(input: $i) {
        invitation {
            id email isAdmin status expiresAt timesSent version role { name } locations { name } primaryLocation { name }
        }
        userErrors { code path }
    }
}";

fn change(id: &Json, more: Json) -> Json {
    let mut input = json!({ "id": id });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn what_an_invitation_gives_changes_and_its_link_and_end_stay() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &[]).await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    app.pass(chrono::TimeDelta::minutes(5));

    let given = json!({ "roleId": nurse, "locationIds": [tree.north, tree.south], "version": 1 });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": change(&made["id"], given) })).await;
    assert_eq!(
        payload["invitation"],
        json!({
            "id": made["id"], "email": "ana@example.org", "isAdmin": false, "status": "PENDING",
            "expiresAt": made["expiresAt"], "timesSent": 1, "version": 2, "role": { "name": "Nurse" },
            "locations": [{ "name": "North" }, { "name": "South" }], "primaryLocation": { "name": "North" },
        })
    );
    assert_eq!(entry.action, "invitation.update");
    assert_eq!(entry.change("role"), Some((json!("admin"), json!(nurse))));
    assert_eq!((entry.change("expires_at"), mails(&app, "invitation").await), (None, 1));

    let joined = join(&app, &token).await;
    let here = &joined["viewer"]["projectSpaces"][0];
    assert_eq!((&here["roleName"], &here["isAdmin"]), (&json!("Nurse"), &json!(false)), "{joined}");
    assert_eq!(here["locations"], json!([{ "name": "North" }, { "name": "South" }]));
}

#[tokio::test]
async fn what_is_left_out_stays_and_changing_nothing_writes_nothing() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &[]).await;
    let given = json!({ "roleId": nurse, "locationIds": [tree.north, tree.south] });
    let made = invite(&admin, "ana@example.org", given.clone()).await;
    let before = entries(&app, "").await.len();
    for same in [json!({}), given, json!({ "admin": false }), json!({ "primaryLocationId": tree.north })] {
        let answer = admin.run(UPDATE, json!({ "i": change(&made["id"], same) })).await;
        assert_eq!(answer["data"]["updateInvitation"]["invitation"]["version"], 1, "{answer}");
    }
    assert_eq!(entries(&app, "").await.len(), before);
    let cleared = json!({ "i": change(&made["id"], json!({ "locationIds": null })) });
    let answer = admin.run(UPDATE, cleared).await;
    let now = &answer["data"]["updateInvitation"]["invitation"];
    assert_eq!((&now["locations"], &now["primaryLocation"]), (&json!([]), &json!(null)), "{answer}");
    assert_eq!(now["role"]["name"], "Nurse");
}

#[tokio::test]
async fn updating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let made = invite(&app.admin().await, "ana@example.org", json!({})).await;
    let said = ("missing_permission", ["edit_web_users"].as_slice());
    let given = |id: &Json| change(id, json!({ "admin": true }));
    assert_denied(&app, &viewer, UPDATE, [given(&made["id"]), given(&json!(nowhere("in")))], said).await;
}

#[tokio::test]
async fn admin_is_given_and_taken_by_admins_alone() {
    let app = TestApp::spawn().await;
    let (admin, editor) = (app.admin().await, member(&app, "Editor", EDITOR, &[]).await);
    let open = role_of(&app, "acme", "Open", &[], true).await;
    let of_admin = invite(&admin, "ana@example.org", json!({})).await;
    let plain = invite(&editor, "bo@example.org", json!({ "roleId": open })).await;
    for (made, more) in [
        (&of_admin, json!({ "roleId": open })),
        (&of_admin, json!({ "locationIds": [] })),
        (&plain, json!({ "admin": true })),
    ] {
        let answer = editor.run(UPDATE, json!({ "i": change(&made["id"], more.clone()) })).await;
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "admin_only", "{more}: {answer}");
    }
    let answer = admin.run(UPDATE, json!({ "i": change(&plain["id"], json!({ "admin": true })) })).await;
    let now = &answer["data"]["updateInvitation"]["invitation"];
    assert_eq!((&now["isAdmin"], &now["role"]), (&json!(true), &json!(null)), "{answer}");
    let demoted = change(&of_admin["id"], json!({ "admin": false }));
    assert_eq!(faults(&admin, UPDATE, demoted).await, pairs(&[("REQUIRED", "roleId")]));
}

#[tokio::test]
async fn all_faults_of_an_update_are_told_at_once_and_nothing_is_changed() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let made = invite(&admin, "ana@example.org", json!({ "locationIds": [tree.north] })).await;
    let wrong = json!({
        "roleId": nowhere("ro"), "locationIds": [tree.south, nowhere("lo")], "primaryLocationId": tree.north,
    });
    let expected = pairs(&[
        ("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId"),
        ("LOCATION_OUT_OF_REACH", "locationIds.1"),
        ("ROLE_NOT_ASSIGNABLE", "roleId"),
    ]);
    assert_eq!(faults(&admin, UPDATE, change(&made["id"], wrong)).await, expected);
    for wrong in [json!("x"), json!(nowhere("mw"))] {
        let expected = pairs(&[("INVALID_VALUE", "id")]);
        assert_eq!(faults(&admin, UPDATE, change(&wrong, json!({}))).await, expected);
    }
    let versions = app.rows("SELECT CAST(version AS TEXT) FROM invitation").await.unwrap();
    assert_eq!(versions, [["1"]]);
}

#[tokio::test]
async fn a_lost_update_is_a_conflict() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let nurse = role(&app, "Nurse", &[]).await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    let stale = json!({ "i": change(&made["id"], json!({ "roleId": nurse, "version": 7 })) });
    assert_eq!(admin.code(UPDATE, stale).await, "CONFLICT");
}

#[tokio::test]
async fn what_was_accepted_or_deleted_no_longer_changes_and_what_has_expired_does() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let nurse = role(&app, "Nurse", &[]).await;
    let accepted = invite(&admin, "ana@example.org", json!({})).await;
    join(&app, &token(&app, "ana@example.org").await).await;
    let deleted = invite(&admin, "bo@example.org", json!({})).await;
    let delete = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": deleted["id"] } })).await;
    for made in [&accepted, &deleted] {
        let given = change(&made["id"], json!({ "roleId": nurse }));
        assert_eq!(faults(&admin, UPDATE, given).await, pairs(&[("INVALID_STATE", "id")]));
    }
    let expired = invite(&admin, "cy@example.org", json!({})).await;
    app.pass(chrono::TimeDelta::days(31));
    let admin = app.admin().await;
    let answer = admin.run(UPDATE, json!({ "i": change(&expired["id"], json!({ "roleId": nurse })) })).await;
    assert_eq!(answer["data"]["updateInvitation"]["invitation"]["status"], "EXPIRED", "{answer}");
    assert_eq!(
        admin.refusals("inviteWebUser", INVITE, json!({ "i": input("cy@example.org", json!({})) })).await,
        Vec::<String>::new()
    );
}
