//! Two who do the same, or the opposite, at the same moment; and gateways beside one another.

use super::{
    ACCEPT, DEACTIVATE, INVITE, LINK_OWN, LOGIN, connect, invite, issuer, plant_for, sign_in, status, token,
};
use crate::scene::{worker, worker_who_signs_in};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::{Value as Json, json};

const VIEW: &str = "{ viewer { principal { signInMethod } } }";

#[tokio::test]
async fn of_two_workers_who_link_one_account_at_once_one_is_linked() {
    for _ in 0..3 {
        let app = TestApp::spawn().await;
        connect(&app, true).await;
        let issuer = issuer(&app);
        let admin = app.admin().await;
        let (amina, bilal) = (worker(&app, "amina").await, worker(&app, "bilal").await);
        let codes =
            [invite(&admin, &amina).await["code"].clone(), invite(&admin, &bilal).await["code"].clone()];
        let personal = token(&app, &issuer, "one.person");
        let input = |code: &Json| json!({ "i": { "token": code, "personalIdToken": personal } });
        let (one, two) = (app.stranger(), app.stranger());
        let both = tokio::join!(
            one.refusals("acceptPersonalIdInvite", ACCEPT, input(&codes[0])),
            two.refusals("acceptPersonalIdInvite", ACCEPT, input(&codes[1])),
        );
        let mut both = [both.0, both.1];
        both.sort();
        assert_eq!(both, [Vec::new(), vec!["PERSONAL_ID_TAKEN".to_owned()]]);
        let mut statuses = [status(&admin, &amina).await, status(&admin, &bilal).await];
        statuses.sort_by_key(ToString::to_string);
        assert_eq!(statuses, [json!("ACTIVE"), json!("NOT_LINKED")]);
    }
}

#[tokio::test]
async fn of_two_who_accept_one_invite_at_once_one_account_is_linked() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let code = invite(&admin, &id).await["code"].clone();
    let input =
        |account: &str| json!({ "i": { "token": code, "personalIdToken": token(&app, &issuer, account) } });
    let (one, two) = (app.stranger(), app.stranger());
    let both = tokio::join!(
        one.refusals("acceptPersonalIdInvite", ACCEPT, input("one")),
        two.refusals("acceptPersonalIdInvite", ACCEPT, input("two")),
    );
    let mut both = [both.0, both.1];
    both.sort();
    assert_eq!(both, [Vec::new(), vec!["INVITATION_USED".to_owned()]]);
    assert_eq!(status(&admin, &id).await, "ACTIVE");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_even_at_once() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let code = invite(&app.admin().await, &id).await["code"].clone();
    let input = json!({ "i": { "token": code, "personalIdToken": token(&app, &issuer, "amina.id") } });
    let (one, two) = (app.stranger(), app.stranger());
    let both = tokio::join!(
        one.refusals("acceptPersonalIdInvite", ACCEPT, input.clone()),
        two.refusals("acceptPersonalIdInvite", ACCEPT, input.clone()),
    );
    assert_eq!(both, (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn no_session_outlives_a_link_that_ends_while_it_is_opened() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "active").await;
    let admin = app.admin().await;
    let input =
        json!({ "i": { "projectSpace": "acme", "personalIdToken": token(&app, &issuer, "amina.id") } });
    let stranger = app.stranger();
    let logins = (0..6).map(|_| stranger.run(LOGIN, input.clone()));
    let (answers, _) = tokio::join!(
        futures_util::future::join_all(logins),
        admin.run(DEACTIVATE, json!({ "i": { "id": id } })),
    );
    assert_eq!(status(&admin, &id).await, "INACTIVE");
    let open = app
        .rows("SELECT signed_in_by FROM session WHERE signed_in_by = 'personal_id' AND ended_at IS NULL")
        .await
        .unwrap();
    assert!(open.is_empty(), "{open:?}");
    for answer in answers {
        if let Some(access) = answer["data"]["loginWithPersonalId"]["accessToken"].as_str() {
            let phone = app.stranger().with_authorization(&format!("Bearer {access}"));
            assert_eq!(phone.code(VIEW, json!({})).await, "UNAUTHENTICATED");
        }
    }
}

#[tokio::test]
async fn no_password_is_set_over_a_link_that_is_made_at_the_same_moment() {
    for _ in 0..3 {
        let app = TestApp::spawn().await;
        connect(&app, true).await;
        let issuer = issuer(&app);
        let id = worker_who_signs_in(&app, "amina").await;
        let admin = app.admin().await;
        let phone = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
        let link = json!({ "i": { "personalIdToken": token(&app, &issuer, "amina.id") } });
        let path = format!("/a/acme/api/user/v1/{}/", id.trim_start_matches("mw_"));
        let edit = json!({ "password": "another password" });
        let (linked, set) = tokio::join!(phone.run(LINK_OWN, link), admin.put(&path, &edit));
        // One after the other, in either order: a password that came first ended the phone's session, or else its link came
        // after it; one that came second was refused.
        let is_linked = linked["data"]["linkPersonalId"]["mobileWorker"].is_object();
        assert!(is_linked || set.status.is_success(), "{linked} {}", set.text);
        assert_eq!(status(&admin, &id).await, if is_linked { "ACTIVE" } else { "NOT_LINKED" });
        assert_eq!(admin.put(&path, &edit).await.status.is_success(), !is_linked);
    }
}

#[tokio::test]
async fn of_two_who_invite_a_worker_at_once_one_invite_is_good() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let input = json!({ "i": { "id": id } });
    tokio::join!(admin.run(INVITE, input.clone()), admin.run(INVITE, input.clone()));
    let open = app.rows("SELECT state FROM personal_id_invite WHERE state = 'pending'").await.unwrap();
    assert_eq!(open.len(), 1);
}

#[tokio::test]
async fn another_gateway_hears_of_a_deactivation_at_once() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "active").await;
    let phone = sign_in(&app, &token(&app, &issuer, "amina.id")).await;
    assert!(phone.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    // The other gateway deactivates: this one has read the session a moment ago.
    let there = app.another_store().await;
    let services = fieldgate::service::Services { store: there, ..(*app.services).clone() };
    let id = fieldgate::domain::MobileWorkerId::parse(&id).unwrap();
    fieldgate::service::personal_id::deactivate(&services, &crate::support::operator(), id, None)
        .await
        .unwrap();
    assert_eq!(phone.code(VIEW, json!({})).await, "UNAUTHENTICATED");
}
