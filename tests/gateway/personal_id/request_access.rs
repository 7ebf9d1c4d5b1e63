use super::{ACTIVATE, REQUEST, connect, issuer, plant_for, seen, token};
use crate::scene::{audited, entries, faults, pairs, worker};
use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_request_shows_on_an_inactive_link_until_an_admin_answers() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "inactive").await;
    let admin = app.admin().await;
    let input = json!({ "projectSpace": "acme", "personalIdToken": token(&app, &issuer, "amina.id") });
    let (_, entry) = audited(&app.stranger(), &app, REQUEST, json!({ "i": input })).await;
    assert_eq!(
        (entry.action.as_str(), entry.kind.as_str()),
        ("personal_id_link.request_access", "mobile_worker")
    );
    let asked = seen(&admin, &id).await["personalIdLink"].clone();
    assert_eq!(asked["status"], "INACTIVE");
    assert!(asked["accessRequestedAt"].is_string(), "{asked}");
    // Asking twice is asking once.
    app.pass(TimeDelta::minutes(5));
    let before = entries(&app, "").await.len();
    assert_eq!(faults(&app.stranger(), REQUEST, input).await, []);
    assert_eq!(seen(&admin, &id).await["personalIdLink"], asked);
    assert_eq!(entries(&app, "").await.len(), before);

    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": id })).await, []);
    let answered = seen(&admin, &id).await["personalIdLink"].clone();
    assert_eq!((&answered["status"], &answered["accessRequestedAt"]), (&json!("ACTIVE"), &Json::Null));
}

#[tokio::test]
async fn strangers_are_denied_nothing_but_an_answer_that_says_anything() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    worker(&app, "amina").await;
    plant_for(&app, "amina", "amina.id", "active").await;
    let before = entries(&app, "").await.len();
    let ask = async |space: &str, account: &str| {
        let input = json!({ "projectSpace": space, "personalIdToken": token(&app, &issuer, account) });
        app.stranger().run(REQUEST, json!({ "i": input })).await
    };
    let constant = ask("nowhere", "nobody").await;
    assert_eq!(constant["data"]["requestPersonalIdAccess"]["userErrors"], json!([]), "{constant}");
    for (space, account) in [("acme", "nobody"), ("acme", "amina.id"), ("\0", "amina.id")] {
        assert_eq!(ask(space, account).await, constant, "{space} {account}");
    }
    // Where links are hidden, so are questions about them.
    plant_for(&app, "amina", "amina.id", "inactive").await;
    connect(&app, false).await;
    let after_switch = entries(&app, "").await.len();
    assert_eq!(ask("acme", "amina.id").await, constant);
    assert_eq!((entries(&app, "").await.len(), after_switch), (after_switch, before + 2));
    let input = json!({ "projectSpace": "acme", "personalIdToken": "nothing" });
    assert_eq!(faults(&app.stranger(), REQUEST, input).await, pairs(&[("INVALID_TOKEN", "personalIdToken")]));
}
