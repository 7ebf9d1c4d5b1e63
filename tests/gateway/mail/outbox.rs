use super::{invite, state, status};
use crate::scene::entries;
use crate::support::{PUBLIC_URL, TestApp, operator};
use chrono::TimeDelta;
use fieldgate::domain::mail::pause_after;
use fieldgate::jobs;
use fieldgate::service::mail::{SendError, send_next};
use fieldgate::service::{Services, email_address};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::watch;

fn failure() -> SendError {
    SendError::Failed("451 try later".to_owned())
}

#[tokio::test]
async fn a_queued_mail_is_sent_once_with_a_link_that_ends_with_its_token() {
    let app = TestApp::spawn().await;
    let id = invite(&app, "ana@example.org").await;
    assert_eq!(app.deliver().await, 1);
    let received = app.mailbox.take();
    let [mail] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!((mail.letter.recipient.as_str(), mail.letter.id.hex()), ("ana@example.org", id.clone()));
    let link = mail.letter.link.clone().unwrap();
    let token = link.strip_prefix(&format!("{PUBLIC_URL}/invitation/fgl_")).unwrap();
    assert_eq!(token.len(), 43, "{link}");
    assert!(mail.written.text.contains(&format!("\n{link}\n")), "{}", mail.written.text);
    assert_eq!(state(&app, &id).await, ("sent".to_owned(), 1, String::new()));
    assert_eq!((app.deliver().await, app.mailbox.take().len()), (0, 0), "it goes once");
}

#[tokio::test]
async fn what_a_link_is_made_of_is_gone_once_the_mail_is_sent() {
    let app = TestApp::spawn().await;
    invite(&app, "ana@example.org").await;
    let data = "SELECT CAST(data AS TEXT) FROM mail";
    assert!(app.rows(data).await.unwrap()[0][0].contains("seed"));
    app.deliver().await;
    let after = app.rows(data).await.unwrap()[0][0].clone();
    assert!(!after.contains("seed") && after.contains("inviter"), "{after}");
    let link = app.mailbox.take()[0].letter.link.clone().unwrap();
    let token = link.rsplit('/').next().unwrap().to_owned();
    for (table, column) in [("mail", "data"), ("audit_entry", "changes"), ("invitation", "email")] {
        let kept = format!("SELECT 'x' FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{token}%'");
        assert!(app.rows(&kept).await.unwrap().is_empty(), "the token is at rest in `{table}`");
    }
}

#[tokio::test]
async fn a_failed_mail_is_tried_again_after_growing_pauses_and_given_up_after_two_days() {
    let app = TestApp::spawn().await;
    let id = invite(&app, "ana@example.org").await;
    let mut waited = TimeDelta::zero();
    for attempt in 1.. {
        app.mailbox.refuse(failure());
        assert_eq!(app.deliver().await, 1, "try {attempt}");
        let Some(pause) = pause_after(attempt) else {
            assert_eq!(attempt, 10);
            break;
        };
        assert_eq!(state(&app, &id).await, ("queued".to_owned(), attempt, "451 try later".to_owned()));
        app.pass(pause - TimeDelta::seconds(1));
        assert_eq!(app.deliver().await, 0, "too early for try {}", attempt + 1);
        app.pass(TimeDelta::seconds(1));
        waited += pause;
    }
    assert!(waited > TimeDelta::hours(45), "{waited}");
    assert_eq!(state(&app, &id).await, ("given_up".to_owned(), 10, "451 try later".to_owned()));
    app.pass(TimeDelta::days(10));
    assert_eq!(app.deliver().await, 0);
    assert!(app.mailbox.take().is_empty());
}

#[tokio::test]
async fn one_mail_that_fails_does_not_hold_up_the_next() {
    let app = TestApp::spawn().await;
    let first = invite(&app, "ana@example.org").await;
    let second = invite(&app, "ben@example.org").await;
    app.mailbox.refuse(failure());
    assert_eq!(app.deliver().await, 2);
    assert_eq!(
        (status(&app, &first).await.as_str(), status(&app, &second).await.as_str()),
        ("queued", "sent")
    );
}

#[tokio::test]
async fn a_mail_that_was_sent_but_not_written_down_goes_again_under_the_same_message_id() {
    let app = TestApp::spawn().await;
    let id = invite(&app, "ana@example.org").await;
    let data = app.rows("SELECT CAST(data AS TEXT) FROM mail").await.unwrap()[0][0].clone();
    app.deliver().await;
    // As if the gateway had died between the mail server's yes and its own commit.
    let forget = format!(
        "UPDATE mail SET status = 'queued', claimed_until = {}, sent_at = NULL, data = '{data}' WHERE message_id = '{id}@fieldgate'",
        timestamp(&app, TimeDelta::seconds(60))
    );
    app.rows(&forget).await.unwrap();
    assert_eq!(app.deliver().await, 0, "another gateway may still have it in hand");
    app.pass(TimeDelta::seconds(60));
    assert_eq!(app.deliver().await, 1);
    let received = app.mailbox.take();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].letter.message_id, received[1].letter.message_id);
    assert_eq!(state(&app, &id).await.0, "sent");
}

/// A time of the test's clock as a literal of either database.
fn timestamp(app: &TestApp, from_now: TimeDelta) -> String {
    format!("'{}'", (app.services.clock.now() + from_now).to_rfc3339())
}

#[tokio::test]
async fn a_mail_whose_sender_dies_of_it_each_time_is_given_up() {
    let app = TestApp::spawn().await;
    let id = invite(&app, "ana@example.org").await;
    app.rows(&format!("UPDATE mail SET attempts = 10 WHERE message_id = '{id}@fieldgate'")).await.unwrap();
    assert_eq!(app.deliver().await, 1);
    assert!(app.mailbox.take().is_empty(), "it is not tried an eleventh time");
    assert_eq!(status(&app, &id).await, "given_up");
}

#[tokio::test]
async fn two_gateways_over_one_database_never_send_one_mail_twice() {
    let app = TestApp::spawn().await;
    for number in 0..24 {
        invite(&app, &format!("p{number}@example.org")).await;
    }
    let mut gateways = vec![Arc::clone(&app.services)];
    for _ in 0..2 {
        let store = app.another_store().await;
        gateways.push(Arc::new(Services { store, ..Services::clone(&app.services) }));
    }
    let mut senders = tokio::task::JoinSet::new();
    for gateway in &gateways {
        for _ in 0..2 {
            let gateway = Arc::clone(gateway);
            senders.spawn(async move {
                let mut sent = 0;
                while send_next(&gateway).await.unwrap().is_some() {
                    sent += 1;
                }
                sent
            });
        }
    }
    let sent: usize = senders.join_all().await.into_iter().sum();
    let received = app.mailbox.take();
    let ids: BTreeSet<_> = received.iter().map(|mail| mail.letter.message_id.clone()).collect();
    assert_eq!((sent, received.len(), ids.len()), (24, 24, 24));
}

#[tokio::test]
async fn the_recipients_refusal_ends_it_at_once_and_counts_against_the_address() {
    let app = TestApp::spawn().await;
    for round in 1..=3 {
        let id = invite_anew(&app, round).await;
        app.mailbox.refuse(SendError::RecipientRefused("550 5.1.1 no such user".to_owned()));
        assert_eq!(app.deliver().await, 1);
        let (status, _, error) = state(&app, &id).await;
        assert_eq!(status, "undeliverable");
        assert!(error.contains("no such user"), "{error}");
        let address = address(&app).await;
        assert_eq!(address.count.bounces(), round);
        assert_eq!(address.block.is_some(), round == 3, "the third blocks");
    }
}

/// Invites the same address once more, the earlier invitation being taken back.
async fn invite_anew(app: &TestApp, round: u32) -> String {
    if round > 1 {
        app.rows("UPDATE invitation SET state = 'revoked'").await.unwrap();
    }
    invite(app, "ana@example.org").await
}

async fn address(app: &TestApp) -> fieldgate::authz::Visible<fieldgate::domain::EmailAddress> {
    email_address::read(&app.services, &operator(), "ana@example.org").await.unwrap().unwrap()
}

#[tokio::test]
async fn a_message_that_is_refused_ends_without_counting_against_the_address() {
    let app = TestApp::spawn().await;
    let id = invite(&app, "ana@example.org").await;
    app.mailbox.refuse(SendError::MessageRefused("554 5.7.1 relaying denied".to_owned()));
    app.deliver().await;
    assert_eq!(status(&app, &id).await, "undeliverable");
    assert_eq!(address(&app).await.count.bounces(), 0);
}

#[tokio::test]
async fn a_blocked_address_gets_nothing_not_even_what_was_queued_before() {
    let app = TestApp::spawn().await;
    let queued = invite(&app, "ana@example.org").await;
    app.rows(&format!(
        "INSERT INTO email_address (address, blocked_at, block_reason) VALUES ('ana@example.org', {}, 'bounces')",
        timestamp(&app, TimeDelta::zero())
    ))
    .await
    .unwrap();
    let born = invite_anew(&app, 2).await;
    assert_eq!(status(&app, &born).await, "undeliverable", "before anything is tried");
    assert_eq!(app.deliver().await, 1);
    assert_eq!(status(&app, &queued).await, "undeliverable");
    assert!(app.mailbox.take().is_empty());
}

#[tokio::test]
async fn the_audit_hears_of_what_went_wrong_for_good_and_of_nothing_else() {
    let app = TestApp::spawn().await;
    let good = invite(&app, "ana@example.org").await;
    let before = entries(&app, "").await.len();
    app.mailbox.refuse(failure());
    app.deliver().await;
    app.pass(TimeDelta::minutes(1));
    app.deliver().await;
    assert_eq!(status(&app, &good).await, "sent");
    assert_eq!(entries(&app, "").await.len(), before, "claims, tries and success are no news");

    let bad = invite(&app, "ben@example.org").await;
    let before = entries(&app, "").await.len();
    app.pass(TimeDelta::seconds(1));
    app.mailbox.refuse(SendError::RecipientRefused("550 no such user".to_owned()));
    app.deliver().await;
    let written = entries(&app, "").await.split_off(before);
    let [entry] = written.as_slice() else { panic!("{written:?}") };
    assert_eq!((entry.action.as_str(), entry.principal.as_str()), ("mail.send", "system"));
    assert_eq!((entry.channel.as_str(), entry.kind.as_str(), &entry.resource), ("job", "mail", &bad));
    let (from, to) = entry.change("status").unwrap();
    assert_eq!((from, to), ("queued".into(), "undeliverable".into()));
    let spaces = app
        .rows(
            "SELECT COUNT(*) || '' FROM audit_entry WHERE action = 'mail.send' AND project_space_id IS NULL",
        )
        .await;
    assert_eq!(spaces.unwrap()[0][0], "0", "the people of the space can read it");
}

#[tokio::test]
async fn the_job_sends_what_is_queued_at_once_and_ends_when_it_is_told() {
    let app = TestApp::spawn().await;
    let (stop, stopping) = watch::channel(false);
    let job = tokio::spawn(jobs::mail::send(Arc::clone(&app.services), stopping));
    let id = invite(&app, "ana@example.org").await;
    // It looks every five seconds; the bell rings before that. The test's own patience is generous, for busy machines.
    let begun = std::time::Instant::now();
    while status(&app, &id).await != "sent" {
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "the job never sent it");
        tokio::task::yield_now().await;
    }
    stop.send_replace(true);
    tokio::time::timeout(std::time::Duration::from_secs(30), job).await.unwrap().unwrap();
    assert_eq!(app.mailbox.take().len(), 1);
}
