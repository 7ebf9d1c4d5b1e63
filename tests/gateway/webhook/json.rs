use super::{count, post, post_with, sent};
use crate::mail::status;
use crate::scene::entries;
use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

async fn tell(app: &TestApp, event: Json) {
    app.pass(TimeDelta::milliseconds(1));
    let answer = post(app, "json", &event.to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""), "{event}");
}

fn event(id: &str, kind: &str, mail: &str) -> Json {
    json!({ "id": id, "event": kind, "mailId": mail })
}

#[tokio::test]
async fn a_bounce_makes_the_mail_undeliverable_and_the_third_blocks_the_address() {
    let app = TestApp::spawn().await;
    for round in 1..=3 {
        let mail = sent(&app, "ana@example.org").await;
        assert_eq!(status(&app, &mail).await, "sent");
        let before = entries(&app, "").await.len();
        tell(&app, event(&format!("e{round}"), "bounce", &mail)).await;
        assert_eq!(status(&app, &mail).await, "undeliverable");
        assert_eq!(count(&app, "ana@example.org").await, (round, round == 3));
        let written = entries(&app, "").await.split_off(before);
        let [entry] = written.as_slice() else { panic!("{written:?}") };
        assert_eq!(
            (entry.action.as_str(), entry.channel.as_str(), &entry.resource),
            ("mail.report", "webhook", &mail)
        );
        assert_eq!(entry.change("address_blocked").is_some(), round == 3);
    }
    let next = crate::mail::invite(&app, "ben@example.org").await;
    assert_eq!(app.deliver().await, 1, "others still get theirs");
    assert_eq!(status(&app, &next).await, "sent");
}

#[tokio::test]
async fn the_same_event_twice_counts_once() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    let before = entries(&app, "").await.len();
    for _ in 0..5 {
        tell(&app, event("e1", "bounce", &mail)).await;
    }
    assert_eq!(count(&app, "ana@example.org").await, (1, false));
    assert_eq!(entries(&app, "").await.len(), before + 1);
}

#[tokio::test]
async fn events_at_the_same_moment_are_all_counted() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    let bodies: Vec<_> =
        (0..3).map(|number| event(&format!("e{number}"), "bounce", &mail).to_string()).collect();
    let answers = tokio::join!(
        post(&app, "json", &bodies[0]),
        post(&app, "json", &bodies[1]),
        post(&app, "json", &bodies[2])
    );
    assert!([&answers.0, &answers.1, &answers.2].iter().all(|answer| answer.status == 204), "{answers:?}");
    assert_eq!(count(&app, "ana@example.org").await, (3, true));
}

#[tokio::test]
async fn one_complaint_blocks_and_the_mail_has_arrived_all_the_same() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    tell(&app, event("e1", "delivery", &mail)).await;
    tell(&app, event("e2", "complaint", &mail)).await;
    assert_eq!(status(&app, &mail).await, "delivered");
    assert_eq!(count(&app, "ana@example.org").await, (0, true));
}

#[tokio::test]
async fn transient_bounces_count_for_a_day() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    tell(&app, event("e1", "transient_bounce", &mail)).await;
    assert_eq!(status(&app, &mail).await, "undeliverable", "this mail did not arrive");
    app.pass(TimeDelta::hours(23));
    tell(&app, event("e2", "transient_bounce", &mail)).await;
    assert_eq!(count(&app, "ana@example.org").await, (2, false));
    app.pass(TimeDelta::hours(2));
    assert_eq!(count(&app, "ana@example.org").await, (1, false));
    tell(&app, event("e3", "transient_bounce", &mail)).await;
    assert_eq!(count(&app, "ana@example.org").await, (2, false));
    tell(&app, event("e4", "bounce", &mail)).await;
    assert_eq!(count(&app, "ana@example.org").await, (3, true));
    app.pass(TimeDelta::hours(21));
    assert_eq!(count(&app, "ana@example.org").await, (3, true));
    app.pass(TimeDelta::hours(2));
    assert_eq!(
        count(&app, "ana@example.org").await,
        (2, false),
        "the block ends with the day of the second one"
    );
    let mail = crate::mail::invite(&app, "ben@example.org").await;
    assert_eq!(app.deliver().await, 1);
    assert_eq!(status(&app, &mail).await, "sent");
}

#[tokio::test]
async fn a_block_by_transient_bounces_ends_by_itself_and_mail_goes_again() {
    let app = TestApp::spawn().await;
    for round in 0..4 {
        let mail = sent(&app, "ana@example.org").await;
        tell(&app, event(&format!("e{round}"), "transient_bounce", &mail)).await;
        app.pass(TimeDelta::hours(1));
        if round == 2 {
            // The fourth comes back although the address is blocked by then: it was under way.
            app.rows("UPDATE email_address SET blocked_at = NULL, block_reason = NULL").await.unwrap();
        }
    }
    assert_eq!(count(&app, "ana@example.org").await, (4, true));
    app.rows("UPDATE invitation SET state = 'revoked'").await.unwrap();
    let blocked = crate::mail::invite(&app, "ana@example.org").await;
    assert_eq!(status(&app, &blocked).await, "undeliverable");
    // 24 hours after the second of the four, two are left that count.
    app.pass(TimeDelta::hours(21));
    assert_eq!(count(&app, "ana@example.org").await, (2, false));
    let open = sent(&app, "ana@example.org").await;
    assert_eq!(status(&app, &open).await, "sent");
    let operator = crate::support::operator();
    let blocked = fieldgate::service::email_address::list_blocked(&app.services, &operator, 10).await;
    assert_eq!(blocked.unwrap(), []);
}

#[tokio::test]
async fn a_block_that_permanent_bounces_or_a_complaint_made_does_not_end() {
    let app = TestApp::spawn().await;
    for (email, kinds) in [
        ("ana@example.org", ["bounce", "bounce", "bounce"]),
        ("ben@example.org", ["transient_bounce", "transient_bounce", "complaint"]),
    ] {
        let mail = sent(&app, email).await;
        for (number, kind) in kinds.into_iter().enumerate() {
            tell(&app, event(&format!("{email}{number}"), kind, &mail)).await;
        }
        app.pass(TimeDelta::days(30));
        assert!(count(&app, email).await.1, "{email}");
    }
}

#[tokio::test]
async fn one_suppressed_bounce_blocks() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    tell(&app, event("e1", "suppressed_bounce", &mail)).await;
    assert_eq!(status(&app, &mail).await, "undeliverable");
    assert_eq!(count(&app, "ana@example.org").await, (1, true));
    app.pass(TimeDelta::days(30));
    assert!(count(&app, "ana@example.org").await.1);
}

#[tokio::test]
async fn the_gateways_own_sender_is_never_blocked() {
    let app = TestApp::spawn().await;
    for (number, kind) in
        ["complaint", "bounce", "bounce", "bounce", "suppressed_bounce"].into_iter().enumerate()
    {
        let mail = sent(&app, crate::support::MAIL_SENDER).await;
        tell(&app, event(&format!("e{number}"), kind, &mail)).await;
    }
    assert_eq!(count(&app, crate::support::MAIL_SENDER).await, (4, false));
}

#[tokio::test]
async fn a_delivery_is_noted_and_never_takes_back_that_a_mail_came_back() {
    let app = TestApp::spawn().await;
    let good = sent(&app, "ana@example.org").await;
    tell(&app, event("e1", "delivery", &good)).await;
    assert_eq!(status(&app, &good).await, "delivered");
    tell(&app, event("e2", "bounce", &good)).await;
    assert_eq!(status(&app, &good).await, "undeliverable");
    tell(&app, event("e3", "delivery", &good)).await;
    assert_eq!(status(&app, &good).await, "undeliverable");
}

#[tokio::test]
async fn a_report_that_comes_before_the_sender_has_written_down_what_it_did_stands() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    app.rows("UPDATE mail SET status = 'queued', sent_at = NULL").await.unwrap();
    tell(&app, event("e1", "delivery", &mail)).await;
    assert_eq!(
        (status(&app, &mail).await.as_str(), app.deliver().await),
        ("delivered", 0),
        "it is not sent again"
    );
}

#[tokio::test]
async fn without_a_mails_id_it_is_the_last_that_went_to_the_address() {
    let app = TestApp::spawn().await;
    let first = sent(&app, "ana@example.org").await;
    app.pass(TimeDelta::hours(1));
    let last = sent(&app, "ana@example.org").await;
    tell(&app, json!({ "id": "e1", "event": "bounce", "email": "Ana@Example.org" })).await;
    assert_eq!(
        (status(&app, &first).await.as_str(), status(&app, &last).await.as_str()),
        ("sent", "undeliverable")
    );
    // A late report about the first one.
    tell(&app, event("e2", "bounce", &first)).await;
    assert_eq!(status(&app, &first).await, "undeliverable");
    assert_eq!(count(&app, "ana@example.org").await, (2, false));
}

#[tokio::test]
async fn a_report_about_what_we_never_sent_changes_nothing_and_sounds_the_same() {
    let app = TestApp::spawn().await;
    tell(&app, json!({ "id": "e1", "event": "complaint", "email": "stranger@example.org" })).await;
    tell(&app, event("e2", "bounce", &"0".repeat(32))).await;
    assert_eq!(count(&app, "stranger@example.org").await, (0, false));
    assert!(app.rows("SELECT address FROM email_address").await.unwrap().is_empty());
}

#[tokio::test]
async fn without_the_secret_nothing_is_taken_whatever_it_is() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    let good = event("e1", "bounce", &mail).to_string();
    let mut answers = Vec::new();
    for secret in [
        None,
        Some(""),
        Some("wrong"),
        Some("a secret for mail provider"),
        Some("A secret for mail providers"),
    ] {
        for body in [good.as_str(), "not JSON", ""] {
            let answer = post_with(&app, "json", secret, body).await;
            answers.push((answer.status.as_u16(), answer.text));
        }
    }
    answers.dedup();
    let [(status_code, text)] = answers.as_slice() else { panic!("they differ: {answers:?}") };
    assert_eq!(*status_code, 403, "{text}");
    assert_eq!(status(&app, &mail).await, "sent");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_what_is_too_long_is_not_read() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    for body in [
        "",
        "{",
        "[]",
        r#"{"id":"1","event":"bounce"}"#,
        r#"{"id":"1","event":"bounce","email":"x@y.org","surplus":1}"#,
    ] {
        assert_eq!(post(&app, "json", body).await.status, 400, "{body}");
    }
    let long = event(&"x".repeat(300 * 1024), "bounce", &mail).to_string();
    assert_eq!(post(&app, "json", &long).await.status, 413);
    assert_eq!(status(&app, &mail).await, "sent");
    let get = app.stranger().get("/webhooks/mail/json").await;
    assert_eq!(get.status, 405);
}
