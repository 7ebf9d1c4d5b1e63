use super::{EDITOR, invite, join, token};
use crate::scene::{entries, member, role_of};
use crate::support::{ADMIN, PASSWORD, TestApp};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

const PREVIEW: &str = "query($t: String!) { invitationPreview(token: $t) {
    status projectSpaceName email invitedBy roleName expiresAt hasAccount otherEmailAllowed
} }";

async fn preview(app: &TestApp, token: &str) -> Json {
    let answer = app.stranger().run(PREVIEW, json!({ "t": token })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["invitationPreview"].clone()
}

/// Nothing but the status.
fn only(status: &str) -> Json {
    json!({
        "status": status, "projectSpaceName": null, "email": null, "invitedBy": null, "roleName": null,
        "expiresAt": null, "hasAccount": null, "otherEmailAllowed": null,
    })
}

#[tokio::test]
async fn who_holds_a_link_sees_what_it_invites_to_without_signing_in_and_changes_nothing() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let open = role_of(&app, "acme", "Open", &["access_all_locations"], true).await;
    invite(&editor, "ana@example.org", json!({ "roleId": open })).await;
    let token = token(&app, "ana@example.org").await;
    let before = entries(&app, "").await.len();
    let expected = json!({
        "status": "PENDING", "projectSpaceName": "acme", "email": "ana@example.org", "invitedBy": "Test User",
        "roleName": "Open", "expiresAt": "2026-10-21T14:13:20+00:00", "hasAccount": false, "otherEmailAllowed": false,
    });
    for _ in 0..3 {
        assert_eq!(preview(&app, &token).await, expected);
    }
    let answer = editor.run(PREVIEW, json!({ "t": token })).await;
    assert_eq!(answer["data"]["invitationPreview"], expected, "signed in or not");
    assert_eq!(entries(&app, "").await.len(), before);
    join(&app, &token).await;
}

#[tokio::test]
async fn who_has_an_account_is_told_to_sign_in() {
    let app = TestApp::spawn().await;
    app.space("globex", "kim@example.org").await;
    invite(&app.admin().await, "kim@example.org", json!({})).await;
    let shown = preview(&app, &token(&app, "kim@example.org").await).await;
    assert_eq!(
        (&shown["hasAccount"], &shown["roleName"], &shown["invitedBy"]),
        (&json!(true), &json!("Admin"), &json!(ADMIN))
    );
}

#[tokio::test]
async fn a_link_that_no_longer_works_tells_its_own_state_and_nothing_of_people() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for email in ["used@example.org", "old@example.org", "deleted@example.org", "resent@example.org"] {
        let made = invite(&admin, email, json!({})).await;
        let token = token(&app, email).await;
        let expected = match email {
            "used@example.org" => {
                join(&app, &token).await;
                only("ACCEPTED")
            }
            "deleted@example.org" => {
                let delete = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId } }";
                admin.run(delete, json!({ "i": { "id": made["id"] } })).await;
                Json::Null
            }
            "resent@example.org" => {
                let resend =
                    "mutation($i: NodeInput!) { resendInvitation(input: $i) { userErrors { code } } }";
                admin.run(resend, json!({ "i": { "id": made["id"] } })).await;
                Json::Null
            }
            _ => continue,
        };
        assert_eq!(preview(&app, &token).await, expected, "{email}");
    }
    let old = token(&app, "old@example.org").await;
    app.pass(TimeDelta::days(30));
    assert_eq!(preview(&app, &old).await, only("EXPIRED"));
    // An account of that address makes no difference.
    app.space("globex", "old@example.org").await;
    app.sign_in("old@example.org", PASSWORD).await;
    assert_eq!(preview(&app, &old).await, only("EXPIRED"));
}

#[tokio::test]
async fn what_is_no_token_is_no_invitation() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let id = app.rows("SELECT email FROM invitation").await.unwrap()[0][0].clone();
    for wrong in ["", "fgl_", "x", &token[1..], &format!("{token} "), &id, "a\0b", &"x".repeat(100_000)] {
        assert_eq!(preview(&app, wrong).await, Json::Null, "{wrong:?}");
    }
}
