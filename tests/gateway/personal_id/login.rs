use super::{ACTIVATE, DEACTIVATE, LOGIN, connect, issuer, plant_for, sign_in, token};
use crate::scene::{audited, faults, pairs, worker, worker_who_signs_in};
use crate::support::{TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use serde_json::json;

const VIEW: &str = "{ viewer { principal { signInMethod } } }";

#[tokio::test]
async fn an_active_link_signs_in_and_the_session_says_how() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    worker(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "active").await;
    let input = json!({ "projectSpace": "acme", "personalIdToken": token(&app, &issuer, "amina.id") });
    let (payload, entry) = audited(&app.stranger(), &app, LOGIN, json!({ "i": input })).await;
    let principal = &payload["viewer"]["principal"];
    assert_eq!(
        (&principal["signInMethod"], &principal["user"]["username"]),
        (&json!("PERSONAL_ID"), &json!("amina"))
    );
    assert_eq!(entry.action, "session.create");
    let refresh = "mutation($i: RefreshInput!) { refreshSession(input: $i) {
        viewer { principal { signInMethod } } userErrors { code path }
    } }";
    let again =
        app.stranger().run(refresh, json!({ "i": { "refreshToken": payload["refreshToken"] } })).await;
    assert_eq!(
        again["data"]["refreshSession"]["viewer"]["principal"]["signInMethod"], "PERSONAL_ID",
        "{again}"
    );
}

#[tokio::test]
async fn deactivating_the_link_ends_the_session_at_once_and_its_refresh_token() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker_who_signs_in(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "active").await;
    let personal = token(&app, &issuer, "amina.id");
    let by_password = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let input = json!({ "i": { "projectSpace": "acme", "personalIdToken": personal } });
    let answer = app.stranger().run(LOGIN, input).await;
    let session = &answer["data"]["loginWithPersonalId"];
    let phone =
        app.stranger().with_authorization(&format!("Bearer {}", session["accessToken"].as_str().unwrap()));
    assert!(phone.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    let admin = app.admin().await;
    assert_eq!(faults(&admin, DEACTIVATE, json!({ "id": id })).await, []);
    assert_eq!(phone.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert!(by_password.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    let refresh = "mutation($i: RefreshInput!) { refreshSession(input: $i) { userErrors { code path } } }";
    let input = json!({ "refreshToken": session["refreshToken"] });
    assert_eq!(faults(&app.stranger(), refresh, input).await, pairs(&[("INVALID_TOKEN", "refreshToken")]));
    // Signing in anew needs the link.
    let input = json!({ "projectSpace": "acme", "personalIdToken": personal });
    assert_eq!(faults(&app.stranger(), LOGIN, input).await, pairs(&[("LINK_INACTIVE", "")]));
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": id })).await, []);
    sign_in(&app, &personal).await;
}

#[tokio::test]
async fn who_has_no_active_link_is_denied_with_one_answer() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "active").await;
    let refused = async |space: &str, account: &str| {
        let input = json!({ "projectSpace": space, "personalIdToken": token(&app, &issuer, account) });
        faults(&app.stranger(), LOGIN, input).await
    };
    let nobody = pairs(&[("WRONG_CREDENTIALS", "")]);
    assert_eq!(refused("acme", "somebody.else").await, nobody);
    assert_eq!(refused("nowhere", "amina.id").await, nobody);
    assert_eq!(refused("\0", "amina.id").await, nobody);
    connect(&app, false).await;
    assert_eq!(refused("acme", "amina.id").await, nobody);
    connect(&app, true).await;
    let deactivate =
        "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&app.admin().await, deactivate, json!({ "id": id })).await, []);
    assert_eq!(refused("acme", "amina.id").await, nobody);
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_denied_before_anything_is_looked_for() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    worker(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "active").await;
    let old = token(&app, &issuer, "amina.id");
    app.pass(TimeDelta::hours(2));
    for bad in [old.as_str(), "", "a.b.c"] {
        for space in ["acme", "nowhere"] {
            let input = json!({ "projectSpace": space, "personalIdToken": bad });
            assert_eq!(
                faults(&app.stranger(), LOGIN, input).await,
                pairs(&[("INVALID_TOKEN", "personalIdToken")])
            );
        }
    }
}

#[tokio::test]
async fn an_issuer_that_is_away_is_no_fault_of_the_token() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = super::LocalIssuer::new(super::ISSUER.to_owned(), super::LocalKey::es256().unwrap());
    let input = json!({ "projectSpace": "acme", "personalIdToken": token(&app, &issuer, "amina.id") });
    assert_eq!(app.stranger().code(LOGIN, json!({ "i": input })).await, "UNAVAILABLE");
}
