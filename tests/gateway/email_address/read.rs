use super::blocked;
use crate::mail::invite;
use crate::scene::{member, outsider};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const READ: &str = "query($email: String!) { emailAddressState(email: $email) {
    email isBlocked blockReason blockedAt bounceCount lastBounceAt
} }";

async fn state(actor: &crate::support::Actor<'_>, email: &str) -> Json {
    let answer = actor.run(READ, json!({ "email": email })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["emailAddressState"].clone()
}

#[tokio::test]
async fn who_sees_everybodys_invitations_sees_whether_mail_reaches_their_addresses() {
    let app = TestApp::spawn().await;
    blocked(&app, "ana@example.org").await;
    invite(&app, "ben@example.org").await;
    let admin = app.admin().await;
    let seen = state(&admin, " ANA@example.org ").await;
    let at = seen["blockedAt"].clone();
    assert_eq!(
        seen,
        json!({
            "email": "ana@example.org", "isBlocked": true, "blockReason": "BOUNCES", "blockedAt": at,
            "bounceCount": 3, "lastBounceAt": at,
        })
    );
    assert!(at.is_string());
    let fine = json!({
        "email": "ben@example.org", "isBlocked": false, "blockReason": null, "blockedAt": null,
        "bounceCount": 0, "lastBounceAt": null,
    });
    assert_eq!(state(&admin, "ben@example.org").await, fine);
    assert_eq!(state(&admin, crate::support::ADMIN).await["isBlocked"], false, "a member's address");
    let viewer = member(&app, "Viewer", &["view_web_users", "access_all_locations"], &[]).await;
    assert_eq!(state(&viewer, "ana@example.org").await["isBlocked"], true);
}

#[tokio::test]
async fn nobody_learns_here_whom_others_write_to() {
    let app = TestApp::spawn().await;
    blocked(&app, "ana@example.org").await;
    let workers_only = member(&app, "Editor", &["edit_commcare_users", "access_all_locations"], &[]).await;
    for (who, actor) in
        [("another space's admin", outsider(&app).await), ("who sees no web users", workers_only)]
    {
        for email in ["ana@example.org", "unknown@example.org", "no address", ""] {
            assert_eq!(state(&actor, email).await, Json::Null, "{who} asks for `{email}`");
        }
    }
    let code = app.stranger().code(READ, json!({ "email": "ana@example.org" })).await;
    assert_eq!(code, "UNAUTHENTICATED");
}
