use super::{ACCEPT, DEACTIVATE, connect, invite, issuer, seen, sign_in, status, token, token_of};
use crate::scene::{audited, entries, faults, pairs, worker};
use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::json;

#[tokio::test]
async fn an_invite_and_a_token_make_an_active_link_which_locks_the_password() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let handover = invite(&admin, &id).await;
    let personal = token(&app, &issuer, "amina.id");
    let input = json!({ "token": token_of(&handover["link"]), "personalIdToken": personal });
    let (payload, entry) = audited(&app.stranger(), &app, ACCEPT, json!({ "i": input })).await;
    assert_eq!(
        payload["linked"],
        json!({ "projectSpace": "acme", "projectSpaceName": "acme", "username": "amina", "status": "ACTIVE" })
    );
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("personal_id_link.accept", "mobile_worker"));
    assert_eq!(entry.change("personal_id_link"), Some((json!("not_linked"), json!("active"))));
    let after = seen(&admin, &id).await;
    assert_eq!(
        (&after["passwordEditable"], &after["personalIdLink"]["personalIdUsername"]),
        (&json!(false), &json!("amina.id"))
    );
    sign_in(&app, &personal).await;
}

#[tokio::test]
async fn an_invite_is_good_once_and_the_same_account_gets_the_same_answer() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let code = invite(&admin, &id).await["code"].clone();
    let accept = async |account: &str| {
        let input = json!({ "token": code, "personalIdToken": token(&app, &issuer, account) });
        faults(&app.stranger(), ACCEPT, input).await
    };
    assert_eq!(accept("amina.id").await, []);
    let before = entries(&app, "").await.len();
    assert_eq!(accept("amina.id").await, []);
    assert_eq!(accept("somebody.else").await, pairs(&[("INVITATION_USED", "token")]));
    assert_eq!(entries(&app, "").await.len(), before);
    // An old invite is no way round an admin.
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(accept("amina.id").await, pairs(&[("INVITATION_USED", "token")]));
    assert_eq!(status(&admin, &id).await, "INACTIVE");
}

#[tokio::test]
async fn seven_days_are_counted_to_the_second() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let code = invite(&app.admin().await, &id).await["code"].clone();
    let accept = async || {
        let input = json!({ "token": code, "personalIdToken": token(&app, &issuer, "amina.id") });
        faults(&app.stranger(), ACCEPT, input).await
    };
    app.pass(TimeDelta::days(7));
    assert_eq!(accept().await, pairs(&[("INVITATION_EXPIRED", "token")]));
    app.pass(TimeDelta::seconds(-1));
    assert_eq!(accept().await, []);
}

#[tokio::test]
async fn one_account_links_to_one_worker_of_a_space() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let admin = app.admin().await;
    let (amina, bilal) = (worker(&app, "amina").await, worker(&app, "bilal").await);
    let personal = token(&app, &issuer, "one.person");
    for (id, expected) in [(amina, vec![]), (bilal, pairs(&[("PERSONAL_ID_TAKEN", "personalIdToken")]))] {
        let code = invite(&admin, &id).await["code"].clone();
        let input = json!({ "token": code, "personalIdToken": personal });
        assert_eq!(faults(&app.stranger(), ACCEPT, input).await, expected);
    }
}

#[tokio::test]
async fn who_has_no_invite_or_no_token_is_denied_and_hears_of_both() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let code = invite(&admin, &id).await["code"].clone();
    let before = entries(&app, "").await.len();
    let good = token(&app, &issuer, "amina.id");
    let (no_invite, no_account) = (("INVALID_TOKEN", "token"), ("INVALID_TOKEN", "personalIdToken"));
    for (invite, personal, expected) in [
        (json!("fgl_nothing"), "nothing", vec![no_invite, no_account]),
        (json!("7KQ2-M9XT-4WHB-PC3D"), good.as_str(), vec![no_invite]),
        (json!(""), good.as_str(), vec![no_invite]),
        (code, "nothing", vec![no_account]),
    ] {
        let input = json!({ "token": invite, "personalIdToken": personal });
        assert_eq!(faults(&app.stranger(), ACCEPT, input).await, pairs(&expected), "{invite}");
    }
    assert_eq!(status(&admin, &id).await, "NOT_LINKED");
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn an_invite_of_a_worker_or_a_space_that_has_changed_is_refused() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let code = invite(&admin, &id).await["code"].clone();
    let accept = async || {
        let input = json!({ "token": code, "personalIdToken": token(&app, &issuer, "amina.id") });
        faults(&app.stranger(), ACCEPT, input).await
    };
    let run = async |verb: &str| {
        let mutation =
            format!("mutation($i: NodeInput!) {{ {verb}(input: $i) {{ userErrors {{ code }} }} }}");
        assert_eq!(
            faults(&admin, &mutation.replace("{ code }", "{ code path }"), json!({ "id": id })).await,
            []
        );
    };
    connect(&app, false).await;
    assert_eq!(accept().await, pairs(&[("FEATURE_DISABLED", "")]));
    connect(&app, true).await;
    run("deactivateMobileWorker").await;
    assert_eq!(accept().await, pairs(&[("INVALID_STATE", "token")]));
    run("deleteMobileWorker").await;
    assert_eq!(accept().await, pairs(&[("INVALID_TOKEN", "token")]));
    run("restoreMobileWorker").await;
    run("activateMobileWorker").await;
    assert_eq!(accept().await, []);
}

#[tokio::test]
async fn the_page_of_a_link_says_what_it_is_for_and_changes_nothing() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let handover = invite(&admin, &id).await;
    let path = format!("/personal-id/{}", token_of(&handover["link"]));
    let page = app.stranger().get(&path).await;
    assert!(page.status.is_success() && page.text.contains("amina"), "{}", page.text);
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(status(&admin, &id).await, "NOT_LINKED");
    let post = app.stranger().post(&path, &json!({})).await;
    assert_eq!(post.status.as_u16(), 405);
    let input = json!({ "token": handover["code"], "personalIdToken": token(&app, &issuer, "amina.id") });
    assert_eq!(faults(&app.stranger(), ACCEPT, input).await, []);
    for dead in [path.as_str(), "/personal-id/fgl_nothing"] {
        assert_eq!(app.stranger().get(dead).await.status.as_u16(), 404);
    }
}
