use super::{invite, status};
use crate::support::{PUBLIC_URL, TestApp};
use chrono::TimeDelta;
use fieldgate::outbound::mail::{FileMailer, Sender, Templates};
use mail_parser::{MessageParser, MimeHeaders};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mailer(folder: &Path) -> FileMailer {
    let sender = Sender::parse("Acme Health <fieldgate@acme.example>").unwrap();
    FileMailer::new(folder.to_owned(), sender, Templates::new().unwrap())
}

#[tokio::test]
async fn a_mail_program_finds_both_parts_and_the_link_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mail");
    let app = TestApp::spawn().await.with_mailer(mailer(&mails));
    let id = invite(&app, "ana@example.org").await;
    assert_eq!(app.deliver().await, 1);
    assert_eq!(status(&app, &id).await, "sent");

    let file = mails.join(format!("{id}.eml"));
    let raw = std::fs::read(&file).unwrap();
    let message = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(message.message_id().unwrap(), format!("{id}@fieldgate"));
    assert_eq!(message.header_raw("X-Fieldgate-Mail-Id").unwrap().trim(), id);
    assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Acme Health"), Some("fieldgate@acme.example")));
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("ana@example.org"));
    assert!(message.subject().unwrap().contains("invites you to acme"), "{:?}", message.subject());
    assert_eq!(message.content_type().unwrap().subtype(), Some("alternative"));
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
    let start = format!("{PUBLIC_URL}/invitation/fgl_");
    let link =
        text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no link in {text}"));
    let html = html.replace("&#x2f;", "/");
    assert!(html.contains(&format!("href=\"{link}\"")), "{html}");

    // The link is the one whose token the invitation is found by.
    let token = link.rsplit('/').next().unwrap();
    let hash = fieldgate::authn::Secret::sent(token.to_owned()).hash();
    let stored = app.rows(&format!("SELECT {} FROM invitation", hex_of(&app))).await.unwrap()[0][0].clone();
    assert_eq!(stored.to_lowercase(), hex::encode(hash));

    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&mails), mode(&file)), (0o700, 0o600), "links are for nobody else's eyes");
}

fn hex_of(_: &TestApp) -> &'static str {
    if std::env::var_os("FIELDGATE_TEST_POSTGRES_URL").is_some() {
        "encode(token_hash, 'hex')"
    } else {
        "hex(token_hash)"
    }
}

#[tokio::test]
async fn the_same_mail_twice_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::spawn().await.with_mailer(mailer(folder.path()));
    let id = invite(&app, "ana@example.org").await;
    let seeded = app.rows("SELECT CAST(data AS TEXT) FROM mail").await.unwrap()[0][0].clone();
    app.deliver().await;
    let first = std::fs::read(folder.path().join(format!("{id}.eml"))).unwrap();
    // A crash before it was written down that the mail was sent.
    app.rows(&format!("UPDATE mail SET status = 'queued', data = '{seeded}'")).await.unwrap();
    app.pass(TimeDelta::hours(1));
    assert_eq!(app.deliver().await, 1);
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, [std::ffi::OsString::from(format!("{id}.eml"))]);
    assert_eq!(std::fs::read(folder.path().join(format!("{id}.eml"))).unwrap(), first);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_costs_no_mail() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mail");
    std::fs::write(&mails, "not a folder").unwrap();
    let app = TestApp::spawn().await.with_mailer(mailer(&mails));
    let id = invite(&app, "ana@example.org").await;
    app.deliver().await;
    assert_eq!(status(&app, &id).await, "queued");
    std::fs::remove_file(&mails).unwrap();
    app.pass(TimeDelta::minutes(1));
    app.deliver().await;
    assert_eq!(status(&app, &id).await, "sent");
    assert!(mails.join(format!("{id}.eml")).is_file());
}
