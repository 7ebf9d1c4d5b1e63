//! Real conversations with a mail server, over TCP.

use super::{invite, state, status};
use crate::support::{Mood, SmtpServer, TestApp, operator};
use chrono::TimeDelta;
use fieldgate::outbound::mail::{Sender, SmtpMailer, SmtpOptions, Templates};
use fieldgate::service::email_address;
use mail_parser::MessageParser;
use secrecy::SecretString;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

fn mailer(url: &str, password: Option<&str>, ca: Option<Vec<u8>>) -> SmtpMailer {
    let password = password.map(SecretString::from);
    let user = password.as_ref().map(|_| "fieldgate");
    let options = SmtpOptions::parse(url, user, password.as_ref(), ca).unwrap();
    let sender = Sender::parse("Acme Health <fieldgate@acme.example>").unwrap();
    SmtpMailer::new(options, sender, Templates::new().unwrap()).unwrap()
}

/// A gateway whose mails go to this server, in the clear.
pub async fn app_at(server: &SmtpServer) -> TestApp {
    TestApp::spawn().await.with_mailer(mailer(&format!("smtp://{}?tls=none", server.address), None, None))
}

/// A certificate for `localhost`, as the server has it and as a client trusts it.
fn tls() -> (TlsAcceptor, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem().into_bytes())
}

#[tokio::test]
async fn a_mail_arrives_whole_with_the_sender_and_recipient_of_the_envelope() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    let id = invite(&app, "ana@example.org").await;
    assert_eq!(app.deliver().await, 1);
    let taken = server.take();
    let [mail] = taken.as_slice() else { panic!("{taken:?}") };
    assert_eq!((mail.from.trim(), mail.to[0].trim()), ("<fieldgate@acme.example>", "<ana@example.org>"));
    let message = MessageParser::default().parse(&mail.message).unwrap();
    assert_eq!(message.message_id().unwrap(), format!("{id}@fieldgate"));
    assert!(message.body_text(0).unwrap().contains("/invitation/fgl_"));
    assert!(message.body_html(0).unwrap().contains("Accept the invitation"));
    let tags = message.header_raw("X-SES-MESSAGE-TAGS").unwrap();
    assert_eq!(tags.trim(), format!("fieldgate-mail-id={id}"));
    assert_eq!(status(&app, &id).await, "sent");
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_mail() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    for number in 0..5 {
        invite(&app, &format!("p{number}@example.org")).await;
    }
    assert_eq!(app.deliver().await, 5);
    assert_eq!((server.take().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn no_line_of_a_text_ends_the_message() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    app.rows("UPDATE project_space SET display_name = 'x'").await.unwrap();
    let id = invite(&app, "ana@example.org").await;
    let data = r#"{"inviter":"dots:\n.\n..\r\n.\r\nQUIT\r\nend","role":"r","expires_at":"2026-12-22T14:05:00Z","link":{"path":"/invitation/","seed":"x"}}"#;
    app.rows(&format!("UPDATE mail SET data = '{data}' WHERE message_id = '{id}@fieldgate'")).await.unwrap();
    // Without a seed there is no link, which its template needs: the mail says so and waits.
    app.deliver().await;
    let (status, _, error) = state(&app, &id).await;
    assert_eq!(status, "queued");
    assert!(error.contains("template"), "{error}");

    let seed = "0".repeat(64);
    let data = data.replace("\"x\"}", &format!("\"{seed}\"}}"));
    app.rows(&format!("UPDATE mail SET data = '{data}' WHERE message_id = '{id}@fieldgate'")).await.unwrap();
    app.pass(TimeDelta::minutes(1));
    app.deliver().await;
    let taken = server.take();
    assert_eq!(taken.len(), 1);
    let message = MessageParser::default().parse(&taken[0].message).unwrap();
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(text.contains("dots:\n.\n..\n.\nQUIT\nend invites you"), "{text}");
    assert_eq!(taken[0].to.len(), 1);
}

#[tokio::test]
async fn a_refusal_for_now_is_tried_again_and_costs_nothing() {
    for (step, answer) in [
        ("EHLO", "421 busy"),
        ("MAIL", "451 4.3.0 try later"),
        ("RCPT", "450 4.2.1 greylisted"),
        ("DATA", "451 no room"),
        ("END", "452 4.3.1 no room"),
    ] {
        let server = SmtpServer::start().await;
        let app = app_at(&server).await;
        let id = invite(&app, "ana@example.org").await;
        server.set(Mood::Answer(step, answer));
        app.deliver().await;
        let (status_then, attempts, error) = state(&app, &id).await;
        assert_eq!((status_then.as_str(), attempts), ("queued", 1), "{step}: {error}");
        assert!(error.contains(answer.split_once(' ').unwrap().1), "{step}: {error}");
        server.set(Mood::Accept);
        app.pass(TimeDelta::minutes(1));
        app.deliver().await;
        assert_eq!((status(&app, &id).await.as_str(), server.take().len()), ("sent", 1), "{step}");
    }
}

#[tokio::test]
async fn a_refusal_for_good_means_what_the_step_means_at_which_it_comes() {
    for (step, answer, expected, bounces) in [
        // Our own trouble with the server, which an operator can mend.
        ("EHLO", "554 go away", "queued", 0),
        // The mail is refused for good, and that says nothing about the address.
        ("MAIL", "550 5.1.8 bad sender", "undeliverable", 0),
        // The address.
        ("RCPT", "550 5.1.1 no such user", "undeliverable", 1),
        ("RCPT", "552 5.2.2 mailbox full", "undeliverable", 1),
        // A server that does not want us says nothing about the address.
        ("RCPT", "554 5.7.1 relaying denied", "undeliverable", 0),
        // The message.
        ("DATA", "554 no", "undeliverable", 0),
        ("END", "550 5.6.0 looks like spam", "undeliverable", 0),
        // The server asked the next one, and that one knows no such address.
        ("END", "550 5.1.1 no such user", "undeliverable", 1),
    ] {
        let server = SmtpServer::start().await;
        let app = app_at(&server).await;
        let id = invite(&app, "ana@example.org").await;
        server.set(Mood::Answer(step, answer));
        app.deliver().await;
        let (status, _, error) = state(&app, &id).await;
        assert_eq!(status, expected, "{step} {answer}: {error}");
        let address = email_address::read(&app.services, &operator(), "ana@example.org").await;
        assert_eq!(address.unwrap().unwrap().count.bounces(), bounces, "{step} {answer}");
        assert!(server.take().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_middle_gets_the_same_message_again() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    let id = invite(&app, "ana@example.org").await;
    server.set(Mood::HangUp);
    app.deliver().await;
    assert_eq!((status(&app, &id).await.as_str(), server.take().len()), ("queued", 0));
    server.set(Mood::Accept);
    app.pass(TimeDelta::minutes(1));
    app.deliver().await;
    let taken = server.take();
    assert_eq!((status(&app, &id).await.as_str(), taken.len()), ("sent", 1));
    let message = MessageParser::default().parse(&taken[0].message).unwrap();
    assert_eq!(message.message_id().unwrap(), format!("{id}@fieldgate"));
}

#[tokio::test]
async fn a_server_that_is_not_there_costs_nothing() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    let id = invite(&app, "ana@example.org").await;
    drop(server);
    app.deliver().await;
    assert_eq!(status(&app, &id).await, "queued");
}

#[tokio::test]
async fn a_server_that_hung_up_meanwhile_is_called_anew() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    invite(&app, "ana@example.org").await;
    app.deliver().await;
    // The kept connection answers a NOOP with a farewell, as servers do that have waited long enough.
    server.set(Mood::Answer("NOOP", "421 too slow"));
    let id = invite(&app, "ben@example.org").await;
    app.deliver().await;
    assert_eq!(status(&app, &id).await, "sent");
    assert_eq!((server.take().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_not_waited_for_without_end() {
    let server = SmtpServer::start().await;
    let impatient = mailer(&format!("smtp://{}?tls=none", server.address), None, None)
        .patient_for(std::time::Duration::from_millis(300));
    let app = TestApp::spawn().await.with_mailer(impatient);
    let id = invite(&app, "ana@example.org").await;
    server.set(Mood::Silent);
    app.deliver().await;
    let (status, _, error) = state(&app, &id).await;
    assert_eq!((status.as_str(), error.as_str()), ("queued", "the mail server took too long"));
}

#[tokio::test]
async fn without_tls_nothing_is_said_where_tls_is_required() {
    let server = SmtpServer::start().await;
    let url = format!("smtp://{}", server.address);
    let app = TestApp::spawn().await.with_mailer(mailer(&url, Some("secret"), None));
    let id = invite(&app, "ana@example.org").await;
    app.deliver().await;
    let (status, _, error) = state(&app, &id).await;
    assert_eq!(status, "queued");
    assert!(error.contains("STARTTLS"), "{error}");
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn with_starttls_or_tls_from_the_first_byte_the_mail_and_the_password_go_encrypted() {
    let (acceptor, ca) = tls();
    let starttls = SmtpServer::with_starttls(acceptor.clone()).await;
    let implicit = SmtpServer::with_tls(acceptor).await;
    for (server, scheme) in [(&starttls, "smtp"), (&implicit, "smtps")] {
        let url = format!("{scheme}://localhost:{}", server.address.port());
        let app = TestApp::spawn().await.with_mailer(mailer(&url, Some("secret"), Some(ca.clone())));
        let id = invite(&app, "ana@example.org").await;
        app.deliver().await;
        let (status, _, error) = state(&app, &id).await;
        assert_eq!(status, "sent", "{scheme}: {error}");
        let taken = server.take();
        assert!(taken[0].encrypted, "{scheme}");
        assert!(taken[0].login.is_some(), "{scheme}");
    }
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_vouches_for_gets_nothing() {
    let (acceptor, _) = tls();
    let server = SmtpServer::with_tls(acceptor).await;
    let url = format!("smtps://localhost:{}", server.address.port());
    let app = TestApp::spawn().await.with_mailer(mailer(&url, None, None));
    let id = invite(&app, "ana@example.org").await;
    app.deliver().await;
    let (status, _, error) = state(&app, &id).await;
    assert_eq!(status, "queued");
    assert!(error.to_lowercase().contains("certificate"), "{error}");
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn a_password_that_is_refused_costs_no_mail_and_no_address_its_good_name() {
    let (acceptor, ca) = tls();
    let server = SmtpServer::with_tls(acceptor).await;
    let url = format!("smtps://localhost:{}", server.address.port());
    let app = TestApp::spawn().await.with_mailer(mailer(&url, Some("wrong"), Some(ca)));
    let id = invite(&app, "ana@example.org").await;
    server.set(Mood::Answer("AUTH", "535 5.7.8 authentication failed"));
    app.deliver().await;
    let (status_then, _, error) = state(&app, &id).await;
    assert_eq!(status_then, "queued");
    assert!(error.contains("authentication failed") && !error.contains("wrong"), "{error}");
    server.set(Mood::Accept);
    app.pass(TimeDelta::minutes(1));
    app.deliver().await;
    assert_eq!(status(&app, &id).await, "sent");
}

#[tokio::test]
async fn a_server_that_greets_oddly_ends_one_try_and_not_the_job() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    let odd = invite(&app, "ana@example.org").await;
    // lettre 0.11.23 panics at such a line (RUSTSEC-2026-0562).
    server.set(Mood::Answer("EHLO", "250-mx.test\r\n250  "));
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let job = tokio::spawn(fieldgate::jobs::mail::send(Arc::clone(&app.services), stopping));
    let begun = std::time::Instant::now();
    while state(&app, &odd).await.1 == 0 {
        assert!(begun.elapsed() < std::time::Duration::from_secs(30));
        tokio::task::yield_now().await;
    }
    server.set(Mood::Accept);
    app.pass(TimeDelta::minutes(2));
    let next = invite(&app, "ben@example.org").await;
    while status(&app, &next).await != "sent" || status(&app, &odd).await != "sent" {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "the job died");
        tokio::task::yield_now().await;
    }
    stop.send_replace(true);
    tokio::time::timeout(std::time::Duration::from_secs(30), job).await.unwrap().unwrap();
}
