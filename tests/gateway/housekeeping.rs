//! What nobody needs any more goes, and nothing else does.

use crate::password_reset::{answer_all, ask};
use crate::scene::entries;
use crate::support::{ADMIN, TestApp};
use chrono::TimeDelta;
use fieldgate::service::housekeeping::{Swept, sweep};
use serde_json::json;

async fn count(app: &TestApp, table: &str) -> usize {
    app.rows(&format!("SELECT 'x' FROM {table}")).await.unwrap().len()
}

#[tokio::test]
async fn sessions_links_and_mails_go_when_they_are_long_over() {
    let app = TestApp::spawn().await;
    crate::invitation::invite(&app.admin().await, "ana@example.org", json!({})).await;
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    assert_eq!(answer_all(&app).await, 1);
    assert_eq!(app.deliver().await, 2);
    assert_eq!(
        (count(&app, "session").await, count(&app, "account_link").await, count(&app, "mail").await),
        (1, 1, 2)
    );
    assert_eq!(sweep(&app.services).await.unwrap(), Swept::default());

    app.pass(TimeDelta::hours(12));
    assert_eq!(sweep(&app.services).await.unwrap(), Swept { links: 1, ..Swept::default() });
    app.pass(TimeDelta::days(7) + TimeDelta::seconds(1));
    assert_eq!(sweep(&app.services).await.unwrap(), Swept { sessions: 1, ..Swept::default() });
    app.pass(TimeDelta::days(90));
    let before = entries(&app, "").await.len();
    // The invitation still speaks of its mail.
    assert_eq!(sweep(&app.services).await.unwrap(), Swept { mails: 1, ..Swept::default() });
    assert_eq!(
        (count(&app, "session").await, count(&app, "account_link").await, count(&app, "mail").await),
        (0, 0, 1)
    );
    assert_eq!(entries(&app, "").await.len(), before, "the audit is about what people ask about");
}

#[tokio::test]
async fn a_mail_that_waits_to_be_sent_stays_however_old() {
    let app = TestApp::spawn().await;
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    answer_all(&app).await;
    app.pass(TimeDelta::days(365));
    sweep(&app.services).await.unwrap();
    assert_eq!(count(&app, "mail").await, 1);
}

#[tokio::test]
async fn a_step_takes_no_more_than_so_much() {
    let app = TestApp::spawn().await;
    app.admin().await;
    let on_postgres = std::env::var_os("FIELDGATE_TEST_POSTGRES_URL").is_some();
    let fresh = if on_postgres {
        "gen_random_uuid(), sha256(gen_random_uuid()::text::bytea)"
    } else {
        "randomblob(16), randomblob(32)"
    };
    let copy = format!(
        "INSERT INTO session (id, refresh_hash, web_user_id, signed_in_by, refreshed_at, created_at, expires_at)
         SELECT {fresh}, web_user_id, signed_in_by, refreshed_at, created_at, expires_at FROM session"
    );
    for _ in 0..10 {
        app.rows(&copy).await.unwrap();
    }
    assert_eq!(count(&app, "session").await, 1024);
    app.pass(TimeDelta::days(8));
    let mut steps = Vec::new();
    loop {
        let swept = sweep(&app.services).await.unwrap();
        steps.push(swept.sessions);
        if !swept.is_full() {
            break;
        }
    }
    assert_eq!(steps, [500, 500, 24]);
}

#[tokio::test]
async fn a_request_that_could_not_be_answered_is_deleted_after_a_day() {
    let app = TestApp::spawn().await;
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    app.pass(TimeDelta::hours(24));
    assert_eq!(sweep(&app.services).await.unwrap(), Swept::default());
    app.pass(TimeDelta::seconds(1));
    assert_eq!(sweep(&app.services).await.unwrap(), Swept { requests: 1, ..Swept::default() });
    assert_eq!(answer_all(&app).await, 0);
}
