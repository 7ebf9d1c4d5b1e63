use super::{CREATE, DEACTIVATE, keeping, kept, spawn};
use crate::scene::{EDITOR, VIEWER, member, worker};
use crate::support::TestApp;
use crate::support::permits::undecided;
use chrono::TimeDelta;
use fieldgate::authz::{Decided, Decision, PolicyEngine, Request, Rows, ScopeRequest, Undecided};
use fieldgate::service::decision::{DecisionLogConfig, write_some};
use fieldgate::service::housekeeping::sweep;
use serde_json::json;
use std::sync::Arc;

const READ: &str = "{ projectSpace(name: \"acme\") { mobileWorkers { nodes { id } } } }";

fn of(id: &str) -> serde_json::Value {
    json!({ "i": { "id": id } })
}

/// Those of an action.
async fn outcomes(app: &TestApp, action: &str) -> Vec<String> {
    let all = kept(app).await.into_iter();
    let mut outcomes: Vec<_> = all.filter(|(kept, _)| kept == action).map(|(_, outcome)| outcome).collect();
    outcomes.sort_unstable();
    outcomes
}

#[tokio::test]
async fn every_change_and_every_no_is_kept_and_reads_are_a_sample() {
    for (share, reads) in [(0.0, false), (1.0, true)] {
        let app = keeping(DecisionLogConfig { sample_reads: share, ..DecisionLogConfig::default() }).await;
        let id = worker(&app, "amina").await;
        let editor = member(&app, "Editor", EDITOR, &[]).await;
        let viewer = member(&app, "Viewer", VIEWER, &[]).await;
        editor.run(READ, json!({})).await;
        editor.run(DEACTIVATE, of(&id)).await;
        viewer.code(DEACTIVATE, of(&id)).await;
        assert_eq!(outcomes(&app, "mobile_worker.deactivate").await, ["deny", "permit"]);
        assert_eq!(outcomes(&app, "project_space.read").await.is_empty(), !reads, "{share}");
        assert_eq!(outcomes(&app, "mobile_worker.read").await.is_empty(), !reads, "{share}");
        // What the gateway does for itself is nobody's question.
        assert_eq!(outcomes(&app, "mobile_worker.create").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_sample_is_a_share_of_all_and_drawn_by_the_decision_s_id() {
    let app = keeping(DecisionLogConfig { sample_reads: 0.25, ..DecisionLogConfig::default() }).await;
    let admin = app.admin().await;
    for _ in 0..200 {
        admin.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    }
    let sampled = outcomes(&app, "project_space.read").await.len();
    assert!((20..=90).contains(&sampled), "{sampled} of 200");
    let on_postgres = std::env::var_os("FIELDGATE_TEST_POSTGRES_URL").is_some();
    let ids = if on_postgres { "id::text" } else { "hex(id)" };
    for row in
        app.rows(&format!("SELECT {ids} FROM decision WHERE action = 'project_space.read'")).await.unwrap()
    {
        let digits = row[0].replace('-', "");
        let draw = u32::from_str_radix(&digits[24..], 16).unwrap();
        assert!(draw < 1 << 30, "{digits}");
    }
}

/// Answers nothing.
struct Silent;

#[async_trait::async_trait]
impl PolicyEngine for Silent {
    async fn decide(&self, _: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        Err(undecided())
    }

    async fn scope(&self, _: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        Err(undecided())
    }
}

#[tokio::test]
async fn what_no_policy_answered_is_kept_whatever_the_sample() {
    let app = keeping(DecisionLogConfig { sample_reads: 0.0, ..DecisionLogConfig::default() }).await;
    let token = app.admin().await.token().to_owned();
    let app = app.with_policy(Arc::new(Silent));
    let admin = app.stranger().with_authorization(&format!("Bearer {token}"));
    assert_eq!(admin.code(READ, json!({})).await, "UNAVAILABLE");
    assert_eq!(kept(&app).await, [("project_space.read".to_owned(), "undecided".to_owned())]);
}

#[tokio::test]
async fn a_full_queue_holds_up_nobody_and_counts_what_it_loses() {
    let app = spawn().await;
    let admin = app.admin().await;
    for _ in 0..2100 {
        let answer = admin.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
        assert_eq!(answer["data"]["projectSpace"]["name"], "acme");
    }
    let lost = app.services.decisions.take_dropped();
    let written = app.keep_decisions().await;
    assert_eq!(written, 2048);
    assert!(lost >= 52, "{lost}");
    assert_eq!(app.services.decisions.take_dropped(), 0);
    // There is room again.
    admin.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    assert_eq!(app.keep_decisions().await, 1);
}

#[tokio::test]
async fn what_the_database_does_not_take_is_kept_for_the_next_time() {
    let app = spawn().await;
    let admin = app.admin().await;
    app.keep_decisions().await;
    let before = outcomes(&app, "project_space.read").await.len();
    let read = async || admin.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    read().await;
    app.rows("ALTER TABLE decision RENAME TO away").await.unwrap();
    for _ in 0..3 {
        assert!(write_some(&app.services).await.is_err());
        read().await;
    }
    app.rows("ALTER TABLE away RENAME TO decision").await.unwrap();
    assert_eq!(outcomes(&app, "project_space.read").await.len(), before + 4);
    assert_eq!(app.services.decisions.take_dropped(), 0);
}

#[tokio::test]
async fn what_is_never_taken_is_given_up_and_counted_and_holds_up_the_rest_no_longer() {
    let app = spawn().await;
    let admin = app.admin().await;
    app.keep_decisions().await;
    let before = outcomes(&app, "project_space.read").await.len();
    let read = async || admin.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    read().await;
    app.rows("ALTER TABLE decision RENAME TO away").await.unwrap();
    let mut dropped = 0;
    for _ in 0..1_000 {
        assert!(write_some(&app.services).await.is_err());
        dropped = app.services.decisions.take_dropped();
        if dropped > 0 {
            break;
        }
    }
    assert!(dropped > 0);
    read().await;
    app.rows("ALTER TABLE away RENAME TO decision").await.unwrap();
    assert_eq!(outcomes(&app, "project_space.read").await.len(), before + 1);
}

#[tokio::test]
async fn nothing_is_kept_where_the_operator_says_so() {
    let app = keeping(DecisionLogConfig { keep_rows: 0, ..DecisionLogConfig::default() }).await;
    let input = json!({ "projectSpace": "acme", "username": "amina", "password": "qwer1234" });
    app.admin().await.run(CREATE, json!({ "i": input })).await;
    assert_eq!(kept(&app).await, []);
}

#[tokio::test]
async fn decisions_go_when_they_are_old_and_the_oldest_when_they_are_many() {
    let config = DecisionLogConfig { sample_reads: 1.0, keep_days: 30, keep_rows: 20 };
    let app = keeping(config).await;
    app.space("globex", "admin@globex.example").await;
    let (admin, other) =
        (app.admin().await, app.sign_in("admin@globex.example", crate::support::PASSWORD).await);
    let read = |name: &str| format!("{{ projectSpace(name: \"{name}\") {{ name }} }}");
    other.run(&read("globex"), json!({})).await;
    for _ in 0..30 {
        admin.run(&read("acme"), json!({})).await;
        app.pass(TimeDelta::seconds(1));
    }
    assert_eq!(kept(&app).await.len(), 31);
    let newest = app.rows("SELECT CAST(MAX(at) AS TEXT) FROM decision").await.unwrap();
    assert_eq!(sweep(&app.services).await.unwrap().decisions, 10, "acme has 30, and globex its one");
    assert_eq!(sweep(&app.services).await.unwrap().decisions, 0);
    assert_eq!(kept(&app).await.len(), 21);
    assert_eq!(app.rows("SELECT CAST(MAX(at) AS TEXT) FROM decision").await.unwrap(), newest);

    app.pass(TimeDelta::days(30));
    assert_eq!(sweep(&app.services).await.unwrap().decisions, 21);
    assert_eq!(kept(&app).await, []);
}
