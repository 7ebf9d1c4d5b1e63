//! Which mails are sent next, and how many at once: a mail server that hangs holds up its own domain and no other.

use super::{invite, state, status};
use crate::mail::smtp::app_at;
use crate::support::{Mood, SmtpServer, TestApp, operator};
use chrono::TimeDelta;
use fieldgate::domain::{AssignmentInput, InvitationInput};
use fieldgate::service::{invitation, mail};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Invites an address to another project space.
async fn invite_to(app: &TestApp, space: &str, email: &str) {
    let assignment = AssignmentInput { admin: Some(true), ..AssignmentInput::default() };
    let input = InvitationInput { email: email.to_owned(), assignment };
    invitation::create(&app.services, &operator(), space, &input).await.unwrap();
}

/// How many mails are claimed, by project space and domain.
async fn claimed(app: &TestApp) -> BTreeMap<(String, String), usize> {
    let rows = app
        .rows(
            "SELECT project_space.name, mail.recipient FROM mail
             JOIN project_space ON project_space.id = mail.project_space_id WHERE claimed_until IS NOT NULL",
        )
        .await
        .unwrap();
    let mut counts = BTreeMap::new();
    for row in rows {
        let domain = row[1].split_once('@').unwrap().1.to_owned();
        *counts.entry((row[0].clone(), domain)).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn a_server_that_hangs_holds_up_its_own_domain_and_no_other() {
    let server = SmtpServer::start().await;
    let app = app_at(&server).await;
    app.space("globex", "admin@globex.example").await;
    for number in 0..40 {
        invite(&app, &format!("p{number}@hangs.example")).await;
    }
    invite(&app, "ana@example.org").await;
    invite_to(&app, "globex", "ben@example.org").await;
    server.set(Mood::Hang("@HANGS.EXAMPLE"));

    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let job = tokio::spawn(fieldgate::jobs::mail::send(Arc::clone(&app.services), stopping));
    let begun = Instant::now();
    let mut taken = Vec::new();
    while taken.len() < 2 {
        // Shorter than the patience with one server that hangs.
        assert!(begun.elapsed() < Duration::from_secs(9), "mail waits for a server that hangs: {taken:?}");
        taken.extend(server.take().into_iter().flat_map(|mail| mail.to));
        tokio::task::yield_now().await;
    }
    taken.sort();
    assert_eq!(taken, ["<ana@example.org>", "<ben@example.org>"]);
    let held = claimed(&app).await;
    assert_eq!(held.get(&("acme".to_owned(), "hangs.example".to_owned())), Some(&8), "{held:?}");
    job.abort();
}

#[tokio::test]
async fn a_domain_and_a_project_space_get_a_bounded_number_at_once() {
    let app = TestApp::spawn().await;
    for number in 0..20 {
        invite(&app, &format!("p{number}@one.example")).await;
    }
    assert_eq!(mail::claim(&app.services, 32).await.unwrap().len(), 8);
    for number in 0..40 {
        invite(&app, &format!("p@d{number}.example")).await;
    }
    // Eight of the project space are under way.
    assert_eq!(mail::claim(&app.services, 32).await.unwrap().len(), 8);
    assert_eq!(mail::claim(&app.services, 32).await.unwrap().len(), 0);
    app.space("globex", "admin@globex.example").await;
    for number in 0..3 {
        invite_to(&app, "globex", &format!("q{number}@other.example")).await;
    }
    assert_eq!(mail::claim(&app.services, 32).await.unwrap().len(), 3, "another project space finds room");
    // The gateway that claimed them is gone for a minute.
    app.pass(TimeDelta::seconds(61));
    assert_eq!(mail::claim(&app.services, 32).await.unwrap().len(), 19, "16 and 3");
}

#[tokio::test]
async fn project_spaces_take_turns_also_at_one_domain() {
    let app = TestApp::spawn().await;
    app.space("globex", "admin@globex.example").await;
    for number in 0..30 {
        invite(&app, &format!("p{number}@one.example")).await;
    }
    app.pass(TimeDelta::minutes(1));
    for number in 0..2 {
        invite_to(&app, "globex", &format!("q{number}@one.example")).await;
    }
    assert_eq!(mail::claim(&app.services, 4).await.unwrap().len(), 4);
    let at = |space: &str| (space.to_owned(), "one.example".to_owned());
    assert_eq!(claimed(&app).await, BTreeMap::from([(at("acme"), 2), (at("globex"), 2)]));
}

#[tokio::test]
async fn a_mail_that_cannot_be_read_is_given_up_and_holds_up_no_other() {
    let app = TestApp::spawn().await;
    let bad = invite(&app, "ana@example.org").await;
    let good = invite(&app, "ben@example.org").await;
    let break_it =
        format!("UPDATE mail SET template = 'of_a_newer_version' WHERE message_id = '{bad}@fieldgate'");
    app.rows(&break_it).await.unwrap();
    app.deliver().await;
    app.deliver().await;
    assert_eq!(status(&app, &good).await, "sent");
    let (status, _, error) = state(&app, &bad).await;
    assert_eq!((status.as_str(), error.contains("template")), ("given_up", true), "{error}");
}
