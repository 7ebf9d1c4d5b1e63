//! Seed 001, walked through: a test for each sentence of its sections on invitations, which stands above the test.
//! What it says of members and of mails that come back is in `seed_001_members`.

use crate::access_request;
use crate::invitation::{ACCEPT, EDITOR, INVITE, VIEWER, input, invite, join, mails, newcomer, token};
use crate::scene::{faults, member, pairs, role, role_of};
use crate::support::{Actor, PASSWORD, TestApp};
use chrono::TimeDelta;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

const LIST: &str = "query($f: InvitationFilter) { projectSpace(name: \"acme\") { invitations(filter: $f) {
    nodes { id email status delivery }
} } }";
const RESEND: &str = "mutation($i: NodeInput!) {
    resendInvitation(input: $i) { invitation { status expiresAt } userErrors { code path } }
}";
const DELETE: &str =
    "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId userErrors { code path } } }";
const SPACES: &str = "{ viewer { projectSpaces { isAdmin roleName projectSpace { name } } } }";

async fn listed(actor: &Actor<'_>, filter: Json) -> Vec<Json> {
    let answer = actor.run(LIST, json!({ "f": filter })).await;
    answer["data"]["projectSpace"]["invitations"]["nodes"].as_array().unwrap().clone()
}

async fn page(app: &TestApp, token: &str) -> (StatusCode, String) {
    let page = app.stranger().get(&format!("/invitation/{token}")).await;
    (page.status, page.text)
}

/// Fills in the form of the page, as a browser sends it.
async fn fill_in(app: &TestApp, token: &str, form: &str) -> (StatusCode, String) {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let path = format!("/invitation/{token}");
    let done = app.stranger().send(Method::POST, &path, &headers, Body::from_string(form.to_owned())).await;
    (done.status, done.text)
}

// "Only admin users, or those with the ability to edit web users, have the ability to invite …"
#[tokio::test]
async fn admins_and_those_who_may_edit_web_users_invite_and_nobody_else() {
    let app = TestApp::spawn().await;
    let open = role_of(&app, "acme", "Open", &[], true).await;
    let (admin, editor) = (app.admin().await, member(&app, "Editor", EDITOR, &[]).await);
    invite(&admin, "one@example.org", json!({ "roleId": open })).await;
    invite(&editor, "two@example.org", json!({ "roleId": open })).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let given = json!({ "i": input("no@example.org", json!({ "roleId": open })) });
    assert_eq!(viewer.code(INVITE, given).await, "FORBIDDEN");
}

// "Press 'Invite Web User' and enter a valid email address."
#[tokio::test]
async fn an_address_must_be_valid() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for wrong in ["ana", "ana@", "@example.org", "ana@example", "a b@example.org", "ana@exa mple.org"] {
        let refused = faults(&admin, INVITE, input(wrong, json!({}))).await;
        assert_eq!(refused, pairs(&[("EMAIL_INVALID", "email")]), "{wrong}");
    }
    invite(&admin, "ana@example.org", json!({})).await;
}

// "Assign the permissions for this web user using the Role drop-down."
#[tokio::test]
async fn a_role_says_what_the_new_web_user_may() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let roles = "{ projectSpace(name: \"acme\") { roles { id name } } }";
    let answer = admin.run(roles, json!({})).await;
    let offered = answer["data"]["projectSpace"]["roles"].as_array().unwrap();
    let reader = offered.iter().find(|role| role["name"] == "Read Only").unwrap();
    invite(&admin, "ana@example.org", json!({ "roleId": reader["id"] })).await;
    let joined = join(&app, &token(&app, "ana@example.org").await).await;
    assert_eq!(joined["viewer"]["projectSpaces"][0]["roleName"], "Read Only", "{joined}");
}

// "By default, the new web user has Admin access to the project space …"
#[tokio::test]
async fn by_default_the_new_web_user_is_an_admin() {
    let app = TestApp::spawn().await;
    assert_eq!(invite(&app.admin().await, "ana@example.org", json!({})).await["isAdmin"], true);
    join(&app, &token(&app, "ana@example.org").await).await;
    let ana = app.sign_in("ana@example.org", PASSWORD).await;
    // "… meaning they have access to everything in the project space": even making others admins.
    invite(&ana, "bo@example.org", json!({})).await;
}

// "Choose a different role to restrict access to certain features."
#[tokio::test]
async fn another_role_restricts_what_they_may() {
    let app = TestApp::spawn().await;
    let reader = app.role("Read Only").await.to_string();
    invite(&app.admin().await, "ana@example.org", json!({ "roleId": reader })).await;
    join(&app, &token(&app, "ana@example.org").await).await;
    let ana = app.sign_in("ana@example.org", PASSWORD).await;
    assert_eq!(ana.code(INVITE, json!({ "i": input("bo@example.org", json!({})) })).await, "FORBIDDEN");
}

// "You can also create your own roles …"
#[tokio::test]
async fn a_role_of_ones_own_can_be_given() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create =
        "mutation($i: CreateRoleInput!) { createRole(input: $i) { role { id } userErrors { code } } }";
    let given = json!({
        "projectSpace": "acme", "name": "Nurse", "permissions": [{ "permission": "view_reports" }],
    });
    let made = admin.run(create, json!({ "i": given })).await;
    let nurse = &made["data"]["createRole"]["role"]["id"];
    assert_eq!(invite(&admin, "ana@example.org", json!({ "roleId": nurse })).await["role"]["name"], "Nurse");
}

// "Click on 'Send Invite'."
#[tokio::test]
async fn inviting_sends_a_mail() {
    let app = TestApp::spawn().await;
    let made = invite(&app.admin().await, "ana@example.org", json!({})).await;
    assert_eq!((&made["delivery"], mails(&app, "invitation").await), (&json!("QUEUED"), 1));
}

// "Web Users will have to log into their email, click the link … and create an account within 30 days …"
#[tokio::test]
async fn there_are_thirty_days_to_accept() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    app.pass(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(page(&app, &token).await.0, StatusCode::OK);
    app.pass(TimeDelta::seconds(1));
    assert_eq!(page(&app, &token).await.0, StatusCode::GONE);
    let late = faults(&app.stranger(), ACCEPT, newcomer(&token)).await;
    assert_eq!(late, pairs(&[("INVITATION_EXPIRED", "token")]));
}

// "Upon clicking on the link, you will be directed to the CommCareHQ website for your project."
#[tokio::test]
async fn the_link_leads_to_a_page_about_the_project_space() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let (status, text) = page(&app, &token(&app, "ana@example.org").await).await;
    assert!(status == StatusCode::OK && text.contains("invited to acme"), "{text}");
}

// "1. You will be prompted to set up an account …" and "2. Enter your first name, last name, email address …"
#[tokio::test]
async fn the_page_asks_for_names_address_password_and_agreement() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let (_, text) = page(&app, &token).await;
    for field in ["first_name", "last_name", "email", "password", "agree_to_terms"] {
        assert!(text.contains(&format!("name=\"{field}\"")), "{field} in {text}");
    }
    let missing = faults(&app.stranger(), ACCEPT, json!({ "token": token })).await;
    let expected = ["firstName", "lastName", "password", "agreeToTerms"].map(|field| ("REQUIRED", field));
    assert_eq!(missing, pairs(&expected));
}

// "Click on the 'Create Account' button before proceeding." and "3. A success message will appear … Now you can login
// with your email address."
#[tokio::test]
async fn a_success_message_says_that_one_can_sign_in_with_the_address_and_one_can() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    assert!(page(&app, &token).await.1.contains(">Create account</button>"));
    let form = "first_name=Ana&last_name=Abreu&password=a+long+enough+password&agree_to_terms=yes";
    let (status, text) = fill_in(&app, &token, form).await;
    assert!(status == StatusCode::OK && text.contains("sign in with your e-mail address"), "{text}");
    app.sign_in("ana@example.org", PASSWORD).await;
}

// "To open the CommCare HQ project in the future, you need not go back to the invitation email." and "You can go back to
// your project by logging into …"
#[tokio::test]
async fn afterwards_signing_in_is_enough() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    join(&app, &token(&app, "ana@example.org").await).await;
    app.pass(TimeDelta::days(400));
    let ana = app.sign_in("ana@example.org", PASSWORD).await;
    let answer = ana.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["name"], "acme", "{answer}");
}

// "The link provided in the invitation email is only valid once."
#[tokio::test]
async fn the_link_is_valid_once() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    join(&app, &token).await;
    let again = faults(&app.stranger(), ACCEPT, newcomer(&token)).await;
    assert_eq!(again, pairs(&[("INVITATION_USED", "token")]));
    assert_eq!(page(&app, &token).await.0, StatusCode::GONE);
}

// "If you have more than one project, you can choose which project …"
#[tokio::test]
async fn who_is_in_several_project_spaces_sees_them_all() {
    let app = TestApp::spawn().await;
    app.space("globex", "kim@example.org").await;
    invite(&app.admin().await, "kim@example.org", json!({})).await;
    let kim = app.sign_in("kim@example.org", PASSWORD).await;
    let given = json!({ "token": token(&app, "kim@example.org").await });
    assert_eq!(faults(&kim, ACCEPT, given).await, []);
    let answer = kim.run(SPACES, json!({})).await;
    let spaces = answer["data"]["viewer"]["projectSpaces"].as_array().unwrap();
    let mut names: Vec<_> =
        spaces.iter().map(|space| space["projectSpace"]["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["acme", "globex"]);
}

// "If your invitation has expired, please request to be invited again."
#[tokio::test]
async fn who_came_too_late_asks_to_be_invited_again_and_is() {
    let app = TestApp::spawn().await;
    access_request::open(&app).await;
    let first = invite(&app.admin().await, "ana@example.org", json!({})).await;
    app.pass(TimeDelta::days(30));
    let asked = json!({ "projectSpace": "acme", "email": "ana@example.org", "fullName": "Ana" });
    assert_eq!(faults(&app.stranger(), access_request::REQUEST, asked).await, []);
    let admin = app.admin().await;
    assert_eq!(access_request::requests(&admin).await[0]["email"], "ana@example.org");
    let renewed = invite(&admin, "ana@example.org", json!({})).await;
    assert_eq!((&renewed["id"], &renewed["status"]), (&first["id"], &json!("PENDING")));
    join(&app, &token(&app, "ana@example.org").await).await;
}

// "If an invitation goes unaccepted, it could possibly be because the Web User didn't accept it, their email bounced, or an
// invitation expires."
#[tokio::test]
async fn the_list_tells_why_an_invitation_is_not_accepted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    invite(&admin, "late@example.org", json!({})).await;
    app.pass(TimeDelta::days(30));
    let admin = app.admin().await;
    invite(&admin, "waiting@example.org", json!({})).await;
    invite(&admin, "bounced@example.org", json!({})).await;
    app.rows("UPDATE mail SET status = 'undeliverable' WHERE recipient = 'bounced@example.org'")
        .await
        .unwrap();
    for (filter, expected) in [
        (json!({ "statuses": ["EXPIRED"] }), "late@example.org"),
        (json!({ "statuses": ["PENDING"], "deliveries": ["QUEUED"] }), "waiting@example.org"),
        (json!({ "deliveries": ["UNDELIVERABLE"] }), "bounced@example.org"),
    ] {
        let found = listed(&admin, filter.clone()).await;
        assert_eq!((found.len(), &found[0]["email"]), (1, &json!(expected)), "{filter}");
    }
}

// "If any of these invitation emails bounce, this will show in the invite list with a status of 'Undeliverable'."
#[tokio::test]
async fn a_bounced_mail_shows_as_undeliverable_until_another_is_sent() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    app.rows("UPDATE mail SET status = 'undeliverable'").await.unwrap();
    assert_eq!(listed(&admin, Json::Null).await[0]["delivery"], "UNDELIVERABLE");
    assert_eq!(faults(&admin, RESEND, json!({ "id": made["id"] })).await, []);
    assert_eq!(listed(&admin, Json::Null).await[0]["delivery"], "QUEUED");
}

// "… this email address will be blocked in our system and will no longer receive emails from CommCareHQ."
#[tokio::test]
async fn a_blocked_address_gets_no_mail_and_shows_as_undeliverable_at_once() {
    let app = TestApp::spawn().await;
    app.rows(
        "INSERT INTO email_address (address, blocked_at, block_reason)
         VALUES ('ana@example.org', '2026-09-01T00:00:00+00:00', 'bounces')",
    )
    .await
    .unwrap();
    let admin = app.admin().await;
    assert_eq!(invite(&admin, "ana@example.org", json!({})).await["delivery"], "UNDELIVERABLE");
    let waiting = app.rows("SELECT recipient FROM mail WHERE status = 'queued'").await.unwrap();
    assert_eq!(waiting, Vec::<Vec<String>>::new());
}

// "If the invitation expires, or if you need to resend the invitation email, you can do this …"
#[tokio::test]
async fn an_invitation_is_sent_again_before_and_after_it_has_expired() {
    let app = TestApp::spawn().await;
    let made = invite(&app.admin().await, "ana@example.org", json!({})).await;
    for days in [10, 45] {
        app.pass(TimeDelta::days(days));
        let answer = app.admin().await.run(RESEND, json!({ "i": { "id": made["id"] } })).await;
        assert_eq!(answer["data"]["resendInvitation"]["invitation"]["status"], "PENDING", "{answer}");
    }
    assert_eq!(mails(&app, "invitation").await, 3);
    join(&app, &token(&app, "ana@example.org").await).await;
}

// "Only admin users, or those with the ability to edit web users, have the ability to resend or delete pending
// invitations."
#[tokio::test]
async fn admins_and_those_who_may_edit_web_users_resend_and_delete_and_nobody_else() {
    let app = TestApp::spawn().await;
    let nurse = role(&app, "Nurse", &[]).await;
    let (admin, editor) = (app.admin().await, member(&app, "Editor", EDITOR, &[]).await);
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    for (number, actor) in [&admin, &editor].into_iter().enumerate() {
        let made = invite(&admin, &format!("a{number}@example.org"), json!({ "roleId": nurse })).await;
        let given = json!({ "id": made["id"] });
        for mutation in [RESEND, DELETE] {
            assert_eq!(viewer.code(mutation, json!({ "i": given })).await, "FORBIDDEN");
            assert_eq!(faults(actor, mutation, given.clone()).await, []);
        }
    }
}
