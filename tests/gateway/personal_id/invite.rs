use super::{ACCEPT, INVITE, connect, invite, issuer, plant, seen, token, token_of};
use crate::invitation::everything;
use crate::scene::{VIEWER, assert_denied, audited, faults, member, nowhere, pairs, worker, worker_with};
use crate::support::{ADMIN, PUBLIC_URL, TestApp};
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Value as Json, json};

async fn worker_with_mail(app: &TestApp, language: Option<&str>) -> String {
    let input = MobileWorkerInput {
        email: Patch::Set("amina@example.org".to_owned()),
        language: language.map(ToOwned::to_owned).into(),
        ..MobileWorkerInput::default()
    };
    worker_with(app, "amina", input).await
}

#[tokio::test]
async fn a_worker_with_an_address_gets_a_mail_whose_link_accepts_and_nobody_else_sees_it() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let id = worker_with_mail(&app, Some("fr")).await;
    let admin = app.admin().await;
    let (payload, entry) = audited(&admin, &app, INVITE, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["handover"], Json::Null);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("personal_id_link.invite", "mobile_worker"));
    assert_eq!(entry.change("personal_id_invite"), Some((Json::Null, json!("sent"))));
    let link = &payload["mobileWorker"]["personalIdLink"];
    assert_eq!(
        (&link["status"], &link["pendingInvite"]["delivery"]),
        (&json!("NOT_LINKED"), &json!("QUEUED"))
    );

    app.deliver().await;
    let mail = app.mailbox.take().remove(0);
    assert_eq!(mail.letter.recipient.as_str(), "amina@example.org");
    assert!(mail.written.subject.contains("PersonalID à acme"), "{}", mail.written.subject);
    assert!(
        mail.written.text.contains(ADMIN) && mail.written.text.contains("amina"),
        "{}",
        mail.written.text
    );
    let link = mail.letter.link.unwrap();
    assert!(link.starts_with(&format!("{PUBLIC_URL}/personal-id/fgl_")), "{link}");
    assert_eq!(seen(&admin, &id).await["personalIdLink"]["pendingInvite"]["delivery"], "SENT");
    assert!(!everything(&app).await.contains(&token_of(&json!(link))), "the token is at rest");

    let input =
        json!({ "token": token_of(&json!(link)), "personalIdToken": token(&app, &issuer(&app), "amina.id") });
    assert_eq!(faults(&app.stranger(), ACCEPT, input).await, []);
    let after = seen(&admin, &id).await;
    assert_eq!(
        (&after["passwordEditable"], &after["personalIdLink"]["status"]),
        (&json!(false), &json!("ACTIVE"))
    );
    assert_eq!(after["personalIdLink"]["pendingInvite"], Json::Null);
}

#[tokio::test]
async fn a_worker_without_an_address_is_handed_a_link_and_a_code() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let (payload, entry) = audited(&admin, &app, INVITE, json!({ "i": { "id": id } })).await;
    assert_eq!(entry.change("personal_id_invite"), Some((Json::Null, json!("handed_over"))));
    let handover = &payload["handover"];
    let (token, code) = (token_of(&handover["link"]), handover["code"].as_str().unwrap().to_owned());
    assert!(token.starts_with("fgl_") && code.len() == 19, "{handover}");
    let rest = everything(&app).await;
    assert!(!rest.contains(&token) && !rest.contains(&code) && !rest.contains(&code.replace('-', "")));
    assert!(app.rows("SELECT recipient FROM mail").await.unwrap().is_empty());
    let pending = seen(&admin, &id).await["personalIdLink"]["pendingInvite"].clone();
    assert_eq!(pending["delivery"], Json::Null);
    let days = |moment: &Json| chrono::DateTime::parse_from_rfc3339(moment.as_str().unwrap()).unwrap();
    assert_eq!(days(&pending["expiresAt"]) - days(&pending["sentAt"]), chrono::TimeDelta::days(7));
}

#[tokio::test]
async fn a_new_invite_replaces_the_one_before() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let issuer = issuer(&app);
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let first = invite(&admin, &id).await;
    let second = invite(&admin, &id).await;
    let personal = token(&app, &issuer, "amina.id");
    for old in [token_of(&first["link"]), first["code"].as_str().unwrap().to_owned()] {
        let input = json!({ "token": old, "personalIdToken": personal });
        assert_eq!(faults(&app.stranger(), ACCEPT, input).await, pairs(&[("INVALID_TOKEN", "token")]));
    }
    let input = json!({ "token": second["code"], "personalIdToken": personal });
    assert_eq!(faults(&app.stranger(), ACCEPT, input).await, []);
}

#[tokio::test]
async fn an_invite_that_went_to_an_address_ends_with_the_address() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let id = worker_with_mail(&app, None).await;
    let admin = app.admin().await;
    assert_eq!(invite(&admin, &id).await, Json::Null);
    app.deliver().await;
    let link = json!(app.mailbox.take().remove(0).letter.link.unwrap());
    let update = "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code path } } }";
    let input = json!({ "id": id, "firstName": "Amina" });
    assert_eq!(faults(&admin, update, input).await, []);
    assert!(seen(&admin, &id).await["personalIdLink"]["pendingInvite"].is_object());
    assert_eq!(faults(&admin, update, json!({ "id": id, "email": "other@example.org" })).await, []);
    assert_eq!(seen(&admin, &id).await["personalIdLink"]["pendingInvite"], Json::Null);
    let input = json!({ "token": token_of(&link), "personalIdToken": token(&app, &issuer(&app), "whoever") });
    assert_eq!(faults(&app.stranger(), ACCEPT, input).await, pairs(&[("INVALID_TOKEN", "token")]));
}

#[tokio::test]
async fn who_cannot_be_invited_says_why() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let refused = async || faults(&admin, INVITE, json!({ "id": id })).await;
    assert_eq!(refused().await, pairs(&[("FEATURE_DISABLED", "")]));
    connect(&app, true).await;
    for status in ["active", "inactive"] {
        plant(&app, "amina", status).await;
        assert_eq!(refused().await, pairs(&[("ALREADY_LINKED", "id")]), "{status}");
    }
    plant(&app, "amina", "not_linked").await;
    for verb in ["deactivateMobileWorker", "deleteMobileWorker"] {
        admin
            .run(
                &format!("mutation($i: NodeInput!) {{ {verb}(input: $i) {{ userErrors {{ code }} }} }}"),
                json!({ "i": { "id": id } }),
            )
            .await;
        assert_eq!(refused().await, pairs(&[("INVALID_STATE", "id")]), "{verb}");
    }
}

#[tokio::test]
async fn a_gateway_that_does_not_know_personal_id_says_so() {
    let app = TestApp::spawn().await.without_personal_id();
    connect(&app, true).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    assert_eq!(faults(&admin, INVITE, json!({ "id": id })).await, pairs(&[("NOT_CONFIGURED", "")]));
    let input = json!({ "projectSpace": "acme", "personalIdToken": "x" });
    for mutation in [super::LOGIN, super::REQUEST] {
        assert_eq!(faults(&app.stranger(), mutation, input.clone()).await, pairs(&[("NOT_CONFIGURED", "")]));
    }
}

#[tokio::test]
async fn inviting_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    let inputs = [json!({ "id": id }), json!({ "id": nowhere("mw") })];
    assert_denied(&app, &viewer, INVITE, inputs, said).await;
}
