//! Seed 001, walked through: a test for each sentence on who web users are, what becomes of mails to them, and how they
//! leave. What it says of invitations is in `seed_001`; its bulk files come with the files.

use crate::invitation::{INVITE, api_key, input, invite};
use crate::scene::{faults, member, pairs, role, worker};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp};
use crate::web_user::{admin_of, id_of, one_more_admin, spaces};
use crate::webhook;
use chrono::TimeDelta;
use fieldgate::service::web_user;
use serde_json::{Value as Json, json};

const MEMBERS: &str = "query($f: WebUserFilter) { projectSpace(name: \"acme\") { webUsers(filter: $f) {
    nodes { id accountId email firstName lastName lastLoginAt membership { roleName lastAccessDate isActive } }
} } }";
const REMOVE: &str =
    "mutation($i: NodeInput!) { removeWebUser(input: $i) { deletedId userErrors { code path } } }";
const UPDATE: &str = "mutation($i: UpdateWebUserInput!) {
    updateWebUser(input: $i) { webUser { email membership { roleName locations { name } } } userErrors { code path } }
}";

async fn members(actor: &Actor<'_>) -> Vec<Json> {
    let answer = actor.run(MEMBERS, Json::Null).await;
    answer["data"]["projectSpace"]["webUsers"]["nodes"].as_array().unwrap().clone()
}

async fn emails(actor: &Actor<'_>) -> Vec<String> {
    members(actor).await.iter().map(|member| member["email"].as_str().unwrap().to_owned()).collect()
}

/// What the invite list says of the mail to an address.
async fn delivery(actor: &Actor<'_>, email: &str) -> Json {
    let list = "query($e: String!) { projectSpace(name: \"acme\") { invitations(filter: { email: $e }) {
        nodes { delivery }
    } } }";
    let answer = actor.run(list, json!({ "e": email })).await;
    answer["data"]["projectSpace"]["invitations"]["nodes"][0]["delivery"].clone()
}

// "Web users typically play a management role in a project, often overseeing data being collected by Mobile Workers."
// "Web users have accounts which allow them to … manage users and settings, and view data."
#[tokio::test]
async fn web_users_manage_users_and_settings() {
    let app = TestApp::spawn().await;
    let amina = worker(&app, "amina").await;
    let admin = app.admin().await;
    let query = "query($id: ID!) { projectSpace(name: \"acme\") {
        mobileWorker(id: $id) { username } settings { invitationLifetimeDays }
    } }";
    let answer = admin.run(query, json!({ "id": amina })).await;
    let space = &answer["data"]["projectSpace"];
    assert_eq!(
        *space,
        json!({ "mobileWorker": { "username": "amina" }, "settings": { "invitationLifetimeDays": 30 } })
    );
    let change = "mutation($i: UpdateProjectSpaceInput!) {
        updateProjectSpace(input: $i) { projectSpace { settings { invitationLifetimeDays } } userErrors { code } }
    }";
    assert_eq!(
        faults(&admin, change, json!({ "projectSpace": "acme", "invitationLifetimeDays": 14 })).await,
        []
    );
}

// "If any of these invitation emails bounce, this will show in the invite list with a status of 'Undeliverable'."
#[tokio::test]
async fn an_invitation_whose_mail_bounces_shows_as_undeliverable() {
    let app = TestApp::spawn().await;
    let mail = webhook::sent(&app, "ana@example.org").await;
    assert_eq!(delivery(&app.admin().await, "ana@example.org").await, "SENT");
    webhook::post(&app, "json", &json!({ "id": "e1", "event": "bounce", "mailId": mail }).to_string()).await;
    assert_eq!(delivery(&app.admin().await, "ana@example.org").await, "UNDELIVERABLE");
}

// "If a user's address bounces 3 times, this email address will be blocked in our system and will no longer receive
// emails from CommCareHQ." "You will see a red 'Undeliverable' label next to that email address."
#[tokio::test]
async fn an_address_that_bounces_three_times_is_blocked() {
    let app = TestApp::spawn().await;
    for round in 1..=3 {
        assert_eq!(webhook::count(&app, "ana@example.org").await, (round - 1, false));
        let mail = webhook::sent(&app, "ana@example.org").await;
        let event = json!({ "id": format!("e{round}"), "event": "bounce", "mailId": mail });
        app.pass(TimeDelta::milliseconds(1));
        webhook::post(&app, "json", &event.to_string()).await;
    }
    assert_eq!(webhook::count(&app, "ana@example.org").await, (3, true));
    app.rows("UPDATE invitation SET state = 'revoked'").await.unwrap();
    let admin = app.admin().await;
    assert_eq!(invite(&admin, "ana@example.org", json!({})).await["delivery"], "UNDELIVERABLE");
    assert_eq!(app.deliver().await, 0, "nothing more is sent there");
    let state = "{ emailAddressState(email: \"ana@example.org\") { isBlocked } }";
    let answer = admin.run(state, Json::Null).await;
    assert_eq!(answer["data"]["emailAddressState"]["isBlocked"], true, "who invited sees why: {answer}");
}

// "You can contact support … if you believe this is in error or if the receiving email address has been fixed."
#[tokio::test]
async fn an_operator_lets_mail_go_to_a_blocked_address_again() {
    let app = TestApp::spawn().await;
    app.rows(
        "INSERT INTO email_address (address, blocked_at, block_reason)
         VALUES ('ana@example.org', '2026-09-01T00:00:00+00:00', 'bounces')",
    )
    .await
    .unwrap();
    let operator = crate::support::operator();
    let clear = fieldgate::service::email_address::clear_block(&app.services, &operator, "ana@example.org");
    clear.await.unwrap();
    assert_eq!(invite(&app.admin().await, "ana@example.org", json!({})).await["delivery"], "QUEUED");
    assert_eq!(app.deliver().await, 1);
}

// "To remove a web user, click on 'Remove Membership'."
#[tokio::test]
async fn removing_a_web_user_takes_their_membership_away() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let ana = app.web_user("ana@acme.example", "Read Only", &[]).await;
    admin_of(&app, "acme", "keeper@acme.example").await;
    app.space("globex", "ana@acme.example").await;
    let id = id_of(&admin, "ana@acme.example").await;
    assert_eq!(faults(&admin, REMOVE, json!({ "id": id })).await, []);
    assert_eq!(emails(&admin).await, [ADMIN, "keeper@acme.example"]);
    assert_eq!(spaces(&ana).await, ["globex"], "what they are elsewhere is not this project space's");
}

// "You cannot remove your own web user account from a project space. You will have to ask another admin …"
#[tokio::test]
async fn nobody_removes_themselves_and_another_admin_can() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let second = one_more_admin(&app, "second@acme.example").await;
    let own = id_of(&admin, ADMIN).await;
    assert_eq!(faults(&admin, REMOVE, json!({ "id": own })).await, pairs(&[("SELF_REMOVAL", "id")]));
    assert_eq!(faults(&second, REMOVE, json!({ "id": own })).await, []);
    assert_eq!(spaces(&admin).await, Vec::<String>::new());
}

// "If you are the only admin on the project space, you can reach out to support … and we will remove your account from the
// project space."
#[tokio::test]
async fn the_only_admin_is_removed_by_the_operator_and_by_nobody_else() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let own = id_of(&admin, ADMIN).await;
    let id = fieldgate::domain::MembershipId::parse(&own).unwrap();
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    assert_eq!(editor.code(REMOVE, json!({ "i": { "id": own } })).await, "FORBIDDEN");
    let mut themselves = crate::support::operator();
    themselves.identity = fieldgate::domain::Identity::Anonymous;
    assert!(web_user::remove_by_operator(&app.services, &themselves, id).await.is_err());
    let operator = crate::support::operator();
    assert!(web_user::remove(&app.services, &operator, id, None).await.is_err(), "not by mistake");
    assert_eq!(spaces(&admin).await, ["acme"]);
    web_user::remove_by_operator(&app.services, &operator, id).await.unwrap();
    assert_eq!(spaces(&admin).await, Vec::<String>::new());
}

// "Deleting a web user will not affect the application or application architecture." What they made stays, with their name
// on it in the audit.
#[tokio::test]
async fn what_a_removed_web_user_did_stays_and_says_who_did_it() {
    let app = TestApp::spawn().await;
    let second = one_more_admin(&app, "second@acme.example").await;
    let create = "mutation($i: CreateMobileWorkerInput!) {
        createMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
    }";
    let amina = json!({ "projectSpace": "acme", "username": "amina", "password": "a good password 7" });
    assert_eq!(faults(&second, create, amina).await, []);
    let secret = api_key(&second, json!({ "projectSpace": "acme", "name": "script" })).await;
    let admin = app.admin().await;
    let id = id_of(&admin, "second@acme.example").await;
    assert_eq!(faults(&admin, REMOVE, json!({ "id": id })).await, []);
    let log = "{ projectSpace(name: \"acme\") {
        mobileWorker(username: \"amina\") { status }
        auditLog(filter: { actions: [\"mobile_worker.create\"] }) { nodes { principalName } }
    } }";
    let space = admin.run(log, Json::Null).await["data"]["projectSpace"].clone();
    assert_eq!(space["mobileWorker"]["status"], "ACTIVE", "{space}");
    assert_eq!(space["auditLog"]["nodes"][0]["principalName"], "second@acme.example", "{space}");
    let key = app.stranger().with_authorization(&format!("ApiKey second@acme.example:{secret}"));
    assert!(
        key.get("/a/acme/api/user/v1/").await.status.is_client_error(),
        "their keys are worth nothing here"
    );
}

// "last_access_date: the last time the user accessed the domain", "last_login: the last time the user logged in CommCare HQ
// regardless of the domain".
#[tokio::test]
async fn a_list_shows_who_they_are_what_they_are_here_and_when_they_last_came() {
    let app = TestApp::spawn().await;
    let ana = app.web_user("ana@acme.example", "Read Only", &[]).await;
    app.pass(TimeDelta::minutes(10));
    ana.run("{ projectSpace(name: \"acme\") { name } }", Json::Null).await;
    let listed = members(&app.admin().await).await;
    let shown = listed.iter().find(|member| member["email"] == "ana@acme.example").unwrap();
    assert_eq!(shown["lastLoginAt"], "2026-09-21T14:13:20+00:00");
    let membership =
        json!({ "roleName": "Read Only", "lastAccessDate": "2026-09-21T14:23:20+00:00", "isActive": true });
    assert_eq!(shown["membership"], membership);
}

// "For current web users of the domain, they will be updated with the role and location data. Other data such as email and
// name information are reserved for the users to modify themselves" and "The username of the web user cannot be changed."
#[tokio::test]
async fn role_and_locations_are_changed_here_and_names_and_address_are_their_own() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let nurse = role(&app, "Nurse", &["view_reports"]).await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    assert_eq!(faults(&admin, UPDATE, json!({ "id": id, "roleId": nurse })).await, []);
    for own in ["email", "firstName", "lastName"] {
        let answer = admin.run(UPDATE, json!({ "i": { "id": id, own: "x" } })).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(own), "{answer}");
    }
    let changed = members(&admin).await;
    let ana = changed.iter().find(|member| member["email"] == "ana@acme.example").unwrap();
    assert_eq!((&ana["membership"]["roleName"], &ana["firstName"]), (&json!("Nurse"), &json!("Test")));
}

// "… an invite will either be modified (if they are already invited) or created for the user": inviting a member is neither.
#[tokio::test]
async fn a_member_is_not_invited_again() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    let refused = faults(&admin, INVITE, input("ANA@acme.example", json!({}))).await;
    assert_eq!(refused, pairs(&[("ALREADY_MEMBER", "email")]));
    assert!(
        app.sign_in("ana@acme.example", PASSWORD)
            .await
            .run("{ viewer { projectSpaces { isAdmin } } }", Json::Null)
            .await["errors"]
            .is_null()
    );
}
