use super::blocked;
use crate::mail::{invite, status};
use crate::scene::{audited, entries};
use crate::support::{ADMIN, PASSWORD, TestApp};
use chrono::TimeDelta;
use fieldgate::domain::{Identity, WebUserId};
use fieldgate::service::mail::SendError;
use serde_json::json;

const CLEAR: &str = "mutation($i: ClearEmailBlockInput!) { clearEmailBlock(input: $i) {
    emailAddressState { email isBlocked bounceCount } userErrors { code path }
} }";

/// A gateway whose operator is the admin of `globex`, who has no part in `acme`.
async fn app_with_operator() -> TestApp {
    let app = TestApp::spawn().await;
    app.space("globex", "operator@globex.example").await;
    let operator = id_of(&app, "operator@globex.example").await;
    app.with_operators(&[operator])
}

async fn id_of(app: &TestApp, email: &str) -> WebUserId {
    match app.services.store.web_user_password(email).await.unwrap().unwrap().identity {
        Identity::WebUser(id) => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_operator_clears_a_block_and_mail_goes_again() {
    let app = app_with_operator().await;
    blocked(&app, "ana@example.org").await;
    app.pass(TimeDelta::hours(1));
    let operator = app.sign_in("operator@globex.example", PASSWORD).await;
    let variables = json!({ "i": { "email": "Ana@Example.org" } });
    let (payload, entry) = audited(&operator, &app, CLEAR, variables).await;
    let expected = json!({ "email": "ana@example.org", "isBlocked": false, "bounceCount": 0 });
    assert_eq!(payload["emailAddressState"], expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("email_address.clear_block", "email_address"));
    assert_eq!(entry.change("address_blocked").unwrap(), ("bounces".into(), json!(null)));

    app.rows("UPDATE invitation SET state = 'revoked'").await.unwrap();
    let mail = invite(&app, "ana@example.org").await;
    app.deliver().await;
    assert_eq!((status(&app, &mail).await.as_str(), app.mailbox.take().len()), ("sent", 1));
}

#[tokio::test]
async fn after_a_block_is_cleared_it_takes_three_bounces_again() {
    let app = app_with_operator().await;
    blocked(&app, "ana@example.org").await;
    app.pass(TimeDelta::hours(1));
    let operator = app.sign_in("operator@globex.example", PASSWORD).await;
    let input = json!({ "i": { "email": "ana@example.org" } });
    assert_eq!(operator.refusals("clearEmailBlock", CLEAR, input.clone()).await, Vec::<String>::new());
    for round in 1..=3 {
        app.pass(TimeDelta::minutes(1));
        app.rows("UPDATE invitation SET state = 'revoked'").await.unwrap();
        invite(&app, "ana@example.org").await;
        app.mailbox.refuse(SendError::RecipientRefused("550 no".to_owned()));
        app.deliver().await;
        let expected = if round < 3 { vec!["INVALID_STATE".to_owned()] } else { vec![] };
        // Clearing what is not blocked is refused, and changes nothing.
        assert_eq!(
            operator.refusals("clearEmailBlock", CLEAR, input.clone()).await,
            expected,
            "bounce {round}"
        );
    }
}

#[tokio::test]
async fn what_is_no_address_or_not_blocked_is_refused() {
    let app = app_with_operator().await;
    let operator = app.sign_in("operator@globex.example", PASSWORD).await;
    for (email, code) in [("nobody", "EMAIL_INVALID"), ("", "REQUIRED"), ("ana@example.org", "INVALID_STATE")]
    {
        let refused = operator.refusals("clearEmailBlock", CLEAR, json!({ "i": { "email": email } })).await;
        assert_eq!(refused, [code], "{email}");
    }
}

#[tokio::test]
async fn whoever_is_no_operator_is_denied_an_admin_too() {
    let app = app_with_operator().await;
    blocked(&app, "ana@example.org").await;
    let input = |email: &str| json!({ "i": { "email": email } });
    let admin = app.sign_in(ADMIN, PASSWORD).await;
    let other = outsider_of_globex(&app).await;
    let before = entries(&app, "").await.len();
    for actor in [&admin, &other] {
        for email in ["ana@example.org", "unknown@example.org", "nobody"] {
            assert_eq!(actor.code(CLEAR, input(email)).await, "NOT_FOUND", "{email}");
        }
    }
    assert_eq!(app.stranger().code(CLEAR, input("ana@example.org")).await, "UNAUTHENTICATED");
    assert_eq!(entries(&app, "").await.len(), before);
    let rows = app.rows("SELECT address FROM email_address WHERE blocked_at IS NOT NULL").await.unwrap();
    assert_eq!(rows, [["ana@example.org"]]);
}

/// Another member of the operator's own project space.
async fn outsider_of_globex(app: &TestApp) -> crate::support::Actor<'_> {
    app.space("initech", "admin@initech.example").await;
    app.sign_in("admin@initech.example", PASSWORD).await
}

#[tokio::test]
async fn an_operators_api_key_is_denied_what_the_operator_may() {
    let app = app_with_operator().await;
    blocked(&app, "ana@example.org").await;
    let operator = app.sign_in("operator@globex.example", PASSWORD).await;
    let create =
        "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret userErrors { code } } }";
    let answer = operator.run(create, json!({ "i": { "name": "k", "projectSpace": "globex" } })).await;
    let secret =
        answer["data"]["createApiKey"]["secret"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let key = app.stranger().with_authorization(&format!("ApiKey operator@globex.example:{secret}"));
    let input = json!({ "i": { "email": "ana@example.org" } });
    assert_eq!(key.code(CLEAR, input.clone()).await, "NOT_FOUND");
    assert_eq!(operator.refusals("clearEmailBlock", CLEAR, input).await, Vec::<String>::new(), "the control");
}
