//! Seed 000, walked through: a test for each sentence, which stands above the test. REST shows links and keeps to the lock
//! of passwords too; the buttons are a frontend's, and no call of CommCare's API: they are GraphQL's alone.

use crate::mobile_worker::send_password_reset::SEND;
use crate::personal_id::{
    ACCEPT, ACTIVATE, DEACTIVATE, LOGIN, REQUEST, connect, invite, issuer, plant_for, seen, sign_in, status,
    token,
};
use crate::rest::{WORKERS, at};
use crate::scene::{EDITOR, VIEWER, faults, member, pairs, worker, worker_who_signs_in, worker_with_address};
use crate::support::{Actor, Answer, TestApp, WORKER_PASSWORD};
use fieldgate::outbound::personal_id::LocalIssuer;
use serde_json::{Value as Json, json};

const LOGIN_NAME: &str = "amina@acme.fieldgate.local";
const SET_PASSWORD: &str = "mutation($i: SetPasswordInput!) {
    setMobileWorkerPassword(input: $i) { userErrors { code path } }
}";
const CHANGE_PASSWORD: &str = "mutation($i: ChangePasswordInput!) {
    changePassword(input: $i) { userErrors { code path } }
}";

/// `acme` with the Connect feature, and amina, whose link is this; her PersonalID account is `amina.id`.
async fn scene(link: &str) -> (TestApp, LocalIssuer, String) {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    if link == "not_linked" {
        // Without an address: the code of an invite is to be handed over.
        let id = worker_who_signs_in(&app, "amina").await;
        return (app, issuer, id);
    }
    let id = worker_with_address(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", link).await;
    (app, issuer, id)
}

async fn signing_in(app: &TestApp, issuer: &LocalIssuer) -> Vec<(String, String)> {
    let input = json!({ "projectSpace": "acme", "personalIdToken": token(app, issuer, "amina.id") });
    faults(&app.stranger(), LOGIN, input).await
}

/// A worker as REST shows them.
async fn over_rest(admin: &Actor<'_>, id: &str) -> Json {
    admin.get(&at(id.trim_start_matches("mw_"))).await.json()
}

/// The status of a worker's link, which both faces show alike.
async fn shown(admin: &Actor<'_>, id: &str) -> Json {
    let status = status(admin, id).await;
    let rest = over_rest(admin, id).await["personal_id_link"]["status"].clone();
    assert_eq!(rest.as_str().map(str::to_uppercase).as_deref(), status.as_str(), "{rest}");
    status
}

/// Every way to another password, and whether it is locked: what the worker changes; what an admin sets, and has mailed,
/// over either API.
async fn setting_a_password(app: &TestApp, admin: &Actor<'_>, id: &str) -> [bool; 5] {
    const LOCKED: &str = "PASSWORD_LOCKED_BY_PERSONAL_ID";
    let phone = app.sign_in(LOGIN_NAME, WORKER_PASSWORD).await;
    let own = json!({ "currentPassword": WORKER_PASSWORD, "newPassword": "pass me the salt" });
    let own = faults(&phone, CHANGE_PASSWORD, own).await;
    let set = faults(admin, SET_PASSWORD, json!({ "id": id, "password": WORKER_PASSWORD })).await;
    let sent = faults(admin, SEND, json!({ "id": id })).await;
    let path = at(id.trim_start_matches("mw_"));
    let put = admin.put(&path, &json!({ "password": WORKER_PASSWORD })).await;
    let mailed = admin.post(&format!("{path}email_password_reset/"), &json!({})).await;
    let over_graphql = |faults: &[(String, String)]| {
        let is_locked = faults.iter().any(|(code, _)| code == LOCKED);
        assert!(is_locked || faults.is_empty(), "{faults:?}");
        is_locked
    };
    let over_rest = |answer: &Answer, done: u16| {
        let is_locked = answer.status.as_u16() == 400 && answer.json()["errors"][0]["code"] == LOCKED;
        assert!(is_locked || answer.status.as_u16() == done, "{}", answer.text);
        is_locked
    };
    [
        over_graphql(&own),
        over_graphql(&set),
        over_graphql(&sent),
        over_rest(&put, 200),
        over_rest(&mailed, 202),
    ]
}

// "If a domain on CommCare HQ has the Connect feature flag enabled then additional admin controls become available …"
#[tokio::test]
async fn the_controls_are_there_with_the_feature_and_hidden_and_refused_without() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    for mutation in [ACTIVATE, DEACTIVATE, crate::personal_id::INVITE] {
        assert_eq!(faults(&admin, mutation, json!({ "id": id })).await, pairs(&[("FEATURE_DISABLED", "")]));
    }
    assert_eq!(seen(&admin, &id).await["personalIdLink"], Json::Null);
    assert!(over_rest(&admin, &id).await.get("personal_id_link").is_none());
    connect(&app, true).await;
    assert_eq!(shown(&admin, &id).await, "NOT_LINKED");
    invite(&admin, &id).await;
}

// "Specifically, an admin becomes able to manage linking and unlinking mobile worker PersonalID account links from the
// domain."
#[tokio::test]
async fn admins_and_those_who_may_edit_mobile_workers_manage_links_and_nobody_else() {
    let (app, _, id) = scene("inactive").await;
    let (admin, editor) = (app.admin().await, member(&app, "Editor", EDITOR, &[]).await);
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    for actor in [&admin, &editor] {
        for mutation in [ACTIVATE, DEACTIVATE] {
            assert_eq!(viewer.code(mutation, json!({ "i": { "id": id } })).await, "FORBIDDEN");
            assert_eq!(faults(actor, mutation, json!({ "id": id })).await, []);
        }
    }
    assert_eq!(status(&viewer, &id).await, "INACTIVE");
}

// "This column shows the link status of each mobile worker and can have one of three states: Active, Inactive, or Not
// Linked."
#[tokio::test]
async fn a_list_shows_the_status_of_each_worker_and_goes_by_it() {
    let (app, _, _) = scene("active").await;
    worker(&app, "bilal").await;
    plant_for(&app, "bilal", "bilal.id", "inactive").await;
    worker(&app, "chipo").await;
    let list = "query($s: [PersonalIdLinkStatus!]) { projectSpace(name: \"acme\") {
        mobileWorkers(filter: { linkStatuses: $s }, orderBy: { field: LINK_STATUS, direction: ASC }) {
            nodes { username personalIdLink { status } }
        }
    } }";
    let admin = app.admin().await;
    let all = [("amina", "ACTIVE"), ("bilal", "INACTIVE"), ("chipo", "NOT_LINKED")]
        .map(|(username, status)| json!({ "username": username, "personalIdLink": { "status": status } }));
    let found = async |statuses: Json| {
        let answer = admin.run(list, json!({ "s": statuses })).await;
        answer["data"]["projectSpace"]["mobileWorkers"]["nodes"].clone()
    };
    assert_eq!(found(Json::Null).await, json!(all));
    for (status, worker) in ["ACTIVE", "INACTIVE", "NOT_LINKED"].into_iter().zip(all) {
        assert_eq!(found(json!([status])).await, json!([worker]));
    }
    // A script that wants one status alone reads it off each worker.
    let listed = admin.get(WORKERS).await.json()["objects"].clone();
    let listed = listed.as_array().unwrap().iter();
    let listed: Vec<_> =
        listed.map(|worker| (&worker["username"], &worker["personal_id_link"]["status"])).collect();
    let expected = [("amina", "active"), ("bilal", "inactive"), ("chipo", "not_linked")];
    let expected =
        expected.map(|(username, status)| (json!(format!("{username}@acme.fieldgate.local")), json!(status)));
    assert_eq!(listed, expected.iter().map(|(username, status)| (username, status)).collect::<Vec<_>>());
}

// "Active - The mobile worker has an active PersonalID account linked to the domain. This allows a mobile worker to log into
// the domain using their PersonalID credentials."
#[tokio::test]
async fn active_the_worker_signs_in_with_personal_id() {
    let (app, issuer, _) = scene("active").await;
    let phone = sign_in(&app, &token(&app, &issuer, "amina.id")).await;
    let answer = phone.run("{ viewer { principal { signInMethod } } }", json!({})).await;
    assert_eq!(answer["data"]["viewer"]["principal"]["signInMethod"], "PERSONAL_ID");
}

// "Inactive - The mobile worker has their PersonalID account linked to the domain, however it has been disabled. The mobile
// worker is therefore not able to log into the domain using their PersonalID credentials."
#[tokio::test]
async fn inactive_the_worker_does_not_sign_in_with_personal_id() {
    let (app, issuer, id) = scene("inactive").await;
    assert_eq!(signing_in(&app, &issuer).await, pairs(&[("LINK_INACTIVE", "")]));
    let link = seen(&app.admin().await, &id).await["personalIdLink"].clone();
    assert_eq!(link["personalIdUsername"], "amina.id");
    let link = over_rest(&app.admin().await, &id).await["personal_id_link"].clone();
    assert_eq!((&link["status"], &link["personal_id_username"]), (&json!("inactive"), &json!("amina.id")));
}

// "Not Linked - The mobile worker does not have a PersonalID account linked to the domain, and will need to be invited."
#[tokio::test]
async fn not_linked_the_worker_does_not_sign_in_with_personal_id_until_they_accept_an_invite() {
    let (app, issuer, id) = scene("not_linked").await;
    assert_eq!(signing_in(&app, &issuer).await, pairs(&[("WRONG_CREDENTIALS", "")]));
    let admin = app.admin().await;
    let code = invite(&admin, &id).await["code"].clone();
    assert_eq!(shown(&admin, &id).await, "NOT_LINKED");
    let input = json!({ "token": code, "personalIdToken": token(&app, &issuer, "amina.id") });
    assert_eq!(faults(&app.stranger(), ACCEPT, input).await, []);
    assert_eq!(shown(&admin, &id).await, "ACTIVE");
    assert_eq!(signing_in(&app, &issuer).await, []);
}

// "Allows an admin to mark an inactive PersonalID link as active."
// "After clicking 'Link' in the pop-up, the PersonalID status for the mobile worker will now show as 'Active'."
#[tokio::test]
async fn link_personal_id_makes_an_inactive_link_active() {
    let (app, _, id) = scene("inactive").await;
    let admin = app.admin().await;
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(shown(&admin, &id).await, "ACTIVE");
}

// "Allows an admin to mark an active PersonalID link as inactive. Marking the link as inactive does not delete the link."
// "After clicking 'Unlink' in the pop-up, the PersonalID status for the mobile worker will now show as 'Inactive'."
#[tokio::test]
async fn unlink_personal_id_makes_an_active_link_inactive_and_does_not_delete_it() {
    let (app, _, id) = scene("active").await;
    let admin = app.admin().await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, []);
    let link = seen(&admin, &id).await["personalIdLink"].clone();
    assert_eq!((&link["status"], &link["personalIdUsername"]), (&json!("INACTIVE"), &json!("amina.id")));
    assert!(link["linkedAt"].is_string(), "{link}");
}

// "Note that mobile workers will be able to re-request access to a given domain after this deactivation has occurred."
#[tokio::test]
async fn after_a_deactivation_the_worker_asks_again_and_an_admin_answers() {
    let (app, issuer, id) = scene("active").await;
    let admin = app.admin().await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, []);
    let input = json!({ "projectSpace": "acme", "personalIdToken": token(&app, &issuer, "amina.id") });
    assert_eq!(faults(&app.stranger(), REQUEST, input).await, []);
    let link = seen(&admin, &id).await["personalIdLink"].clone();
    assert!(link["accessRequestedAt"].is_string() && link["status"] == "INACTIVE", "{link}");
    assert_eq!(signing_in(&app, &issuer).await, pairs(&[("LINK_INACTIVE", "")]));
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(seen(&admin, &id).await["personalIdLink"]["accessRequestedAt"], Json::Null);
    assert_eq!(signing_in(&app, &issuer).await, []);
}

// "When an active PersonalID link for a mobile worker is unlinked … The user is no longer able to log into the domain using
// their PersonalID credentials."
#[tokio::test]
async fn deactivating_ends_personal_id_sign_in_and_the_sessions_it_opened() {
    let (app, issuer, id) = scene("active").await;
    let phone = sign_in(&app, &token(&app, &issuer, "amina.id")).await;
    assert_eq!(faults(&app.admin().await, DEACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(phone.code("{ viewer { principal { signInMethod } } }", json!({})).await, "UNAUTHENTICATED");
    assert_eq!(signing_in(&app, &issuer).await, pairs(&[("LINK_INACTIVE", "")]));
}

// "The password for the mobile worker can be reset or updated."
#[tokio::test]
async fn deactivated_the_password_is_set_in_every_way() {
    let (app, _, id) = scene("active").await;
    let admin = app.admin().await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(seen(&admin, &id).await["passwordEditable"], true);
    assert_eq!(setting_a_password(&app, &admin, &id).await, [false; 5]);
}

// "It is important to note that unlinking a mobile worker's PersonalID link does not delete the link … This means that the
// link can be activated again by simply clicking on the 'Link PersonalID' button for the mobile worker without needing to
// invite the mobile worker again."
#[tokio::test]
async fn a_deactivated_link_is_activated_without_another_invite() {
    let (app, issuer, id) = scene("active").await;
    let admin = app.admin().await;
    for mutation in [DEACTIVATE, ACTIVATE] {
        assert_eq!(faults(&admin, mutation, json!({ "id": id })).await, []);
    }
    assert_eq!(signing_in(&app, &issuer).await, []);
    let invites = app.rows("SELECT state FROM personal_id_invite").await.unwrap();
    assert!(invites.is_empty(), "{invites:?}");
}

// "When an inactive PersonalID link for a mobile worker is linked the link gets activated again … The user is able to log
// into the domain using their PersonalID credentials."
#[tokio::test]
async fn activated_the_worker_signs_in_again() {
    let (app, issuer, id) = scene("inactive").await;
    assert_eq!(signing_in(&app, &issuer).await, pairs(&[("LINK_INACTIVE", "")]));
    assert_eq!(faults(&app.admin().await, ACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(signing_in(&app, &issuer).await, []);
}

// "The password for the mobile worker can no longer be reset or updated on CommCare HQ."
// "… the edit password page for a mobile worker is disabled when their link is active."
#[tokio::test]
async fn activated_the_password_is_set_in_no_way_and_one_can_see_that_beforehand() {
    let (app, _, id) = scene("inactive").await;
    let admin = app.admin().await;
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(seen(&admin, &id).await["passwordEditable"], false);
    assert_eq!(setting_a_password(&app, &admin, &id).await, [true; 5]);
    app.sign_in(LOGIN_NAME, WORKER_PASSWORD).await;
}

// "If a mobile worker does not have a PersonalID link to the domain (either active or inactive) then their status will show
// as 'Not Linked'. When a mobile worker has this status then the 'Link PersonalID' and 'Unlink PersonalID' buttons … will be
// hidden. This is because their link cannot be activated or deactivated until a link has been created."
#[tokio::test]
async fn what_is_not_linked_is_neither_activated_nor_deactivated() {
    let (app, _, id) = scene("not_linked").await;
    let admin = app.admin().await;
    assert_eq!(shown(&admin, &id).await, "NOT_LINKED");
    for mutation in [ACTIVATE, DEACTIVATE] {
        assert_eq!(faults(&admin, mutation, json!({ "id": id })).await, pairs(&[("LINK_NOT_FOUND", "id")]));
    }
    assert_eq!(shown(&admin, &id).await, "NOT_LINKED");
}

// "To create a PersonalID link for the mobile worker they will need to be sent an invite first."
#[tokio::test]
async fn no_token_of_an_account_alone_makes_a_link() {
    let (app, issuer, id) = scene("not_linked").await;
    let personal = token(&app, &issuer, "amina.id");
    let admin = app.admin().await;
    let input = json!({ "projectSpace": "acme", "personalIdToken": personal });
    assert_eq!(faults(&app.stranger(), REQUEST, input).await, []);
    let input = json!({ "token": "fgl_nothing", "personalIdToken": personal });
    assert_eq!(faults(&app.stranger(), ACCEPT, input).await, pairs(&[("INVALID_TOKEN", "token")]));
    assert_eq!(shown(&admin, &id).await, "NOT_LINKED");
    let code = invite(&admin, &id).await["code"].clone();
    let input = json!({ "token": code, "personalIdToken": personal });
    assert_eq!(faults(&app.stranger(), ACCEPT, input).await, []);
}
