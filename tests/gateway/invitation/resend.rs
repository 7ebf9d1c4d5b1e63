use super::{ACCEPT, EDITOR, VIEWER, invite, join, mails, newcomer, token};
use crate::scene::{assert_denied, audited, faults, member, nowhere, pairs};
use crate::support::{PASSWORD, TestApp, operator};
use chrono::TimeDelta;
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::json;

const RESEND: &str = "mutation($i: NodeInput!) {
    resendInvitation(input: $i) {
        invitation { id status delivery expiresAt timesSent version } userErrors { code path }
    }
}";

#[tokio::test]
async fn the_new_link_works_from_now_on_and_the_old_one_no_more() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    let old = token(&app, "ana@example.org").await;
    app.pass(TimeDelta::days(29));
    let admin = app.admin().await;
    let (payload, entry) = audited(&admin, &app, RESEND, json!({ "i": { "id": made["id"] } })).await;
    assert_eq!(
        payload["invitation"],
        json!({
            "id": made["id"], "status": "PENDING", "delivery": "QUEUED",
            "expiresAt": "2026-11-19T14:13:20+00:00", "timesSent": 2, "version": 2,
        })
    );
    assert_eq!(entry.action, "invitation.resend");
    assert_eq!(entry.change("times_sent"), Some((json!(1), json!(2))));
    assert_eq!(mails(&app, "invitation").await, 2);

    let new = token(&app, "ana@example.org").await;
    assert_ne!(old, new);
    let stranger = app.stranger();
    assert_eq!(faults(&stranger, ACCEPT, newcomer(&old)).await, pairs(&[("INVALID_TOKEN", "token")]));
    // Thirty days from the first sending have passed, and not from the second.
    app.pass(TimeDelta::days(29));
    join(&app, &new).await;
}

#[tokio::test]
async fn an_expired_invitation_is_sent_again_and_works_again() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let made = invite(&app.admin().await, "ana@example.org", json!({})).await;
    app.pass(TimeDelta::days(45));
    assert_eq!(editor.code(RESEND, json!({ "i": { "id": made["id"] } })).await, "TOKEN_EXPIRED");
    let editor = app.sign_in("editor@acme.example", PASSWORD).await;
    // Resending gives anew what the invitation carries, and Admin is given by admins only.
    let refused = crate::scene::faults(&editor, RESEND, json!({ "id": made["id"] })).await;
    assert_eq!(refused, crate::scene::pairs(&[("ADMIN_ONLY", "id")]));
    let admin = app.admin().await;
    let answer = admin.run(RESEND, json!({ "i": { "id": made["id"], "version": 1 } })).await;
    assert_eq!(answer["data"]["resendInvitation"]["invitation"]["status"], "PENDING", "{answer}");
    let joined = join(&app, &token(&app, "ana@example.org").await).await;
    assert_eq!(joined["viewer"]["projectSpaces"][0]["isAdmin"], true);
}

#[tokio::test]
async fn resending_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let made = invite(&app.admin().await, "ana@example.org", json!({})).await;
    let said = ("missing_permission", ["edit_web_users"].as_slice());
    let inputs = [json!({ "id": made["id"] }), json!({ "id": nowhere("in") })];
    assert_denied(&app, &viewer, RESEND, inputs, said).await;
    assert_eq!(mails(&app, "invitation").await, 1);
}

#[tokio::test]
async fn what_was_accepted_or_deleted_is_not_sent_again_nor_to_a_member() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let accepted = invite(&admin, "ana@example.org", json!({})).await;
    join(&app, &token(&app, "ana@example.org").await).await;
    let deleted = invite(&admin, "bo@example.org", json!({})).await;
    let delete = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": deleted["id"] } })).await;
    for made in [&accepted, &deleted] {
        let given = json!({ "id": made["id"] });
        assert_eq!(faults(&admin, RESEND, given).await, pairs(&[("INVALID_STATE", "id")]));
    }
    let member = invite(&admin, "cy@example.org", json!({})).await;
    let added = NewWebUser {
        email: "cy@example.org".to_owned(),
        password: Some(PASSWORD.to_owned().into()),
        ..NewWebUser::default()
    };
    web_user::add(&app.services, &operator(), "acme", &added).await.unwrap();
    let given = json!({ "id": member["id"] });
    assert_eq!(faults(&admin, RESEND, given).await, pairs(&[("ALREADY_MEMBER", "id")]));
    assert_eq!(mails(&app, "invitation").await, 3);
    let stale = json!({ "i": { "id": member["id"], "version": 7 } });
    assert_eq!(admin.code(RESEND, stale).await, "CONFLICT");
}

#[tokio::test]
async fn an_address_is_sent_ten_invitations_of_a_project_space_an_hour_at_the_most() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    for _ in 0..9 {
        app.pass(TimeDelta::seconds(1));
        assert_eq!(faults(&admin, RESEND, json!({ "id": made["id"] })).await, []);
    }
    let again = json!({ "i": { "id": made["id"] } });
    assert_eq!(admin.code(RESEND, again.clone()).await, "RATE_LIMITED");
    assert_eq!(mails(&app, "invitation").await, 10);
    // Another address, and another project space, have room of their own.
    let other = invite(&admin, "ben@example.org", json!({})).await;
    assert_eq!(faults(&admin, RESEND, json!({ "id": other["id"] })).await, []);
    app.pass(TimeDelta::hours(1));
    let admin = app.admin().await;
    assert_eq!(faults(&admin, RESEND, json!({ "id": made["id"] })).await, []);
}
