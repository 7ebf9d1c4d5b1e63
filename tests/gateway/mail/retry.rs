use super::{invite, state, status};
use crate::scene::entries;
use crate::support::{TestApp, operator};
use chrono::TimeDelta;
use fieldgate::domain::MailId;
use fieldgate::service::mail::{SendError, retry};
use fieldgate::service::{Failure, Refused};

fn id(hex: &str) -> MailId {
    MailId::parse(hex).unwrap()
}

async fn refusal(app: &TestApp, hex: &str) -> String {
    match retry(&app.services, &operator(), id(hex)).await {
        Err(Refused::Input(faults)) => faults.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mail_that_was_given_up_is_tried_anew_with_its_link() {
    let app = TestApp::spawn().await;
    let mail = invite(&app, "ana@example.org").await;
    for _ in 0..10 {
        app.mailbox.refuse(SendError::Failed("the server is away".to_owned()));
        app.deliver().await;
        app.pass(TimeDelta::hours(12));
    }
    assert_eq!(status(&app, &mail).await, "given_up");

    retry(&app.services, &operator(), id(&mail)).await.unwrap();
    let entry = entries(&app, "").await.pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("mail.retry", "mail"));
    assert_eq!(entry.change("status").unwrap(), ("given_up".into(), "queued".into()));
    // All its tries are before it again.
    app.mailbox.refuse(SendError::Failed("the server is still away".to_owned()));
    app.deliver().await;
    assert_eq!(state(&app, &mail).await.0, "queued");
    app.pass(TimeDelta::minutes(1));
    app.deliver().await;
    assert!(app.mailbox.take()[0].letter.link.is_some());
    assert_eq!(status(&app, &mail).await, "sent");
}

#[tokio::test]
async fn what_was_sent_or_lost_its_link_or_goes_to_a_blocked_address_is_not_tried_anew() {
    let app = TestApp::spawn().await;
    let sent = invite(&app, "ana@example.org").await;
    app.deliver().await;
    assert!(refusal(&app, &sent).await.contains("was sent"));
    app.rows(&format!("UPDATE mail SET status = 'undeliverable' WHERE message_id = '{sent}@fieldgate'"))
        .await
        .unwrap();
    assert!(refusal(&app, &sent).await.contains("link"));

    let blocked = invite(&app, "ben@example.org").await;
    let at = app.services.clock.now().to_rfc3339();
    app.rows(&format!(
        "INSERT INTO email_address (address, blocked_at, block_reason) VALUES ('ben@example.org', '{at}', 'complaint')"
    ))
    .await
    .unwrap();
    app.deliver().await;
    assert!(refusal(&app, &blocked).await.contains("blocked"));
}

#[tokio::test]
async fn nobody_but_the_operator_is_let_near_the_outbox() {
    let app = TestApp::spawn().await;
    let mail = invite(&app, "ana@example.org").await;
    let owner = app.services.store.web_user_password(crate::support::ADMIN).await.unwrap().unwrap().identity;
    let origin = operator().origin;
    let signed_in_by = fieldgate::domain::SignIn::Password;
    let admin = app.services.authenticator.principal(owner, signed_in_by, origin).await.unwrap();
    let answer = retry(&app.services, &admin, id(&mail)).await;
    assert!(matches!(answer, Err(Refused::Failure(Failure::Denied(_)))), "{answer:?}");
    let answer = fieldgate::service::mail::list(&app.services, &admin, None, 10).await;
    assert!(matches!(answer, Err(Failure::Denied(_))), "{answer:?}");
}
