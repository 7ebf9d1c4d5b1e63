use super::{RESET, answer_all, ask, token};
use crate::scene::{faults, mails_of, pairs, unconfirmed, worker, worker_with_address};
use crate::support::{ADMIN, TestApp};
use chrono::TimeDelta;
use fieldgate::service::password_reset;
use serde_json::json;

const DONE: &str = r#"{"data":{"requestPasswordReset":{"userErrors":[]}}}"#;

#[tokio::test]
async fn a_web_user_and_a_worker_are_mailed_a_link() {
    let app = TestApp::spawn().await;
    worker_with_address(&app, "amina").await;
    for (input, email) in [
        (json!({ "username": " Admin@Acme.Example " }), ADMIN),
        (json!({ "username": "AMINA", "projectSpace": "acme" }), "amina@example.org"),
        (json!({ "username": "amina@acme.fieldgate.local" }), "amina@example.org"),
    ] {
        assert_eq!(ask(&app.stranger(), input.clone()).await.to_string(), DONE);
        assert_eq!(answer_all(&app).await, 1, "{input}");
        let sent = app.rows("SELECT recipient FROM mail ORDER BY created_at DESC, id DESC").await.unwrap();
        assert_eq!(sent[0], [email], "{input}");
        app.pass(TimeDelta::seconds(1));
    }
    assert_eq!(app.deliver().await, 3);
    let mails = app.mailbox.take();
    assert_eq!(mails[0].written.subject, "A new password");
    assert_eq!(mails[1].written.subject, "A new password for acme");
    assert!(mails[1].letter.link.as_deref().unwrap().starts_with("https://gate.example/reset-password/fgl_"));
    let audit =
        "SELECT resource_kind, channel FROM audit_entry WHERE action = 'account.request_password_reset'";
    assert_eq!(app.rows(audit).await.unwrap(), vec![["account", "job"]; 3]);
}

#[tokio::test]
async fn the_answer_and_the_work_are_the_same_whether_or_not_there_is_an_account() {
    let app = TestApp::spawn().await;
    worker_with_address(&app, "amina").await;
    worker(&app, "homeless").await;
    unconfirmed(&app, "pending").await;
    let mut statements = Vec::new();
    for username in ["amina", "homeless", "pending", "nobody"] {
        app.statements();
        let input = json!({ "username": username, "projectSpace": "acme" });
        assert_eq!(ask(&app.stranger(), input).await.to_string(), DONE, "{username}");
        statements.push(app.statements());
    }
    statements.dedup();
    assert_eq!((statements.len(), statements[0].len()), (1, 2), "{statements:?}");
    assert_eq!(answer_all(&app).await, 4);
    let sent = app.rows("SELECT recipient FROM mail").await.unwrap();
    assert_eq!(sent, [["amina@example.org"]]);
    assert!(app.rows("SELECT username FROM password_reset_request").await.unwrap().is_empty());
}

#[tokio::test]
async fn names_that_cannot_be_are_heard_with_the_same_words_and_not_kept() {
    let app = TestApp::spawn().await;
    for input in [
        json!({ "username": "" }),
        json!({ "username": "amina" }),
        json!({ "username": "x".repeat(10_000), "projectSpace": "acme" }),
        json!({ "username": "amina", "projectSpace": "x".repeat(10_000) }),
        json!({ "username": "a\u{0}b", "projectSpace": "acme" }),
        json!({ "username": "a\u{0}b@example.org" }),
    ] {
        assert_eq!(ask(&app.stranger(), input.clone()).await.to_string(), DONE, "{input}");
    }
    assert!(app.rows("SELECT username FROM password_reset_request").await.unwrap().is_empty());
}

#[tokio::test]
async fn one_address_is_sent_five_an_hour_at_the_most_and_who_asks_does_not_hear_of_it() {
    let app = TestApp::spawn().await;
    for _ in 0..12 {
        // Asked three times before the job looks: that is one request.
        for _ in 0..3 {
            assert_eq!(ask(&app.stranger(), json!({ "username": ADMIN })).await.to_string(), DONE);
        }
        assert_eq!(answer_all(&app).await, 1);
        app.pass(TimeDelta::minutes(1));
    }
    assert_eq!(mails_of(&app, "password_reset").await, 5);
    // The link that was sent last works, however often was asked since.
    let token = token(&app, ADMIN).await;
    let reset =
        faults(&app.stranger(), RESET, json!({ "token": token, "password": "a brand new password" })).await;
    assert_eq!(reset, []);
    app.pass(TimeDelta::hours(1));
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    answer_all(&app).await;
    assert_eq!(mails_of(&app, "password_reset").await, 6);
}

#[tokio::test]
async fn gateways_that_look_at_once_send_one_mail() {
    let app = TestApp::spawn().await;
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    let answer = || password_reset::answer_next(&app.services);
    let (one, two, three) = tokio::join!(answer(), answer(), answer());
    assert!(one.is_ok() && two.is_ok() && three.is_ok(), "{one:?} {two:?} {three:?}");
    assert_eq!(mails_of(&app, "password_reset").await, 1);
    assert_eq!(answer_all(&app).await, 0);
}

#[tokio::test]
async fn who_may_not_sign_in_is_denied_a_link() {
    let app = TestApp::spawn().await;
    let id = worker_with_address(&app, "amina").await;
    let deactivate =
        "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { userErrors { code path } } }";
    let ask_for = json!({ "username": "amina", "projectSpace": "acme" });
    ask(&app.stranger(), ask_for.clone()).await;
    assert_eq!(answer_all(&app).await, 1);
    let link = token(&app, "amina@example.org").await;
    assert_eq!(faults(&app.admin().await, deactivate, json!({ "id": id })).await, []);
    // The link they have is dead with that, and no other is sent.
    let refused = faults(&app.stranger(), RESET, json!({ "token": link, "password": "brand new" })).await;
    assert_eq!(refused, pairs(&[("INVALID_TOKEN", "token")]));
    ask(&app.stranger(), ask_for).await;
    assert_eq!(answer_all(&app).await, 1);
    assert_eq!(mails_of(&app, "password_reset").await, 1);
}

/// Requests for this many names that nobody has, as a flood leaves them.
async fn flood(app: &TestApp, names: u32) {
    let cast = if std::env::var("FIELDGATE_TEST_POSTGRES_URL").is_ok() { "::timestamptz" } else { "" };
    let at = app.services.clock.now().to_rfc3339();
    let sql = format!(
        "WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < {names})
         INSERT INTO password_reset_request (project_space, username, requested_at)
         SELECT 'acme', 'flood' || i, '{at}'{cast} FROM number"
    );
    app.rows(&sql).await.unwrap();
}

#[tokio::test]
async fn a_flood_of_unknown_names_takes_no_room_and_no_time_from_a_real_request() {
    let app = TestApp::spawn().await;
    worker_with_address(&app, "amina").await;
    ask(&app.stranger(), json!({ "username": "amina", "projectSpace": "acme" })).await;
    flood(&app, 20_000).await;
    app.pass(TimeDelta::seconds(1));
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    assert_eq!(password_reset::answer_next(&app.services).await.unwrap(), 1);
    assert_eq!(password_reset::answer_next(&app.services).await.unwrap(), 1);
    let sent = app.rows("SELECT recipient FROM mail ORDER BY recipient").await.unwrap();
    assert_eq!(sent, [[ADMIN], ["amina@example.org"]]);
    answer_all(&app).await;
    assert!(app.rows("SELECT username FROM password_reset_request").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_request_that_fails_holds_up_no_other() {
    let app = TestApp::spawn().await;
    worker_with_address(&app, "amina").await;
    let fail = "a mail to amina fails";
    if std::env::var("FIELDGATE_TEST_POSTGRES_URL").is_ok() {
        let function = format!(
            "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{fail}'; END $$"
        );
        app.rows(&function).await.unwrap();
        app.rows(
            "CREATE TRIGGER fault BEFORE INSERT ON mail FOR EACH ROW WHEN (NEW.recipient = 'amina@example.org')
             EXECUTE FUNCTION fault()",
        )
        .await
        .unwrap();
    } else {
        let trigger = format!(
            "CREATE TRIGGER fault BEFORE INSERT ON mail WHEN NEW.recipient = 'amina@example.org'
             BEGIN SELECT RAISE(ABORT, '{fail}'); END"
        );
        app.rows(&trigger).await.unwrap();
    }
    ask(&app.stranger(), json!({ "username": "amina", "projectSpace": "acme" })).await;
    app.pass(TimeDelta::seconds(1));
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    assert_eq!(password_reset::answer_next(&app.services).await.unwrap(), 1);
    assert_eq!(app.rows("SELECT recipient FROM mail").await.unwrap(), [[ADMIN]]);
    password_reset::answer_next(&app.services).await.unwrap_err();
    assert_eq!(
        app.rows("SELECT username FROM password_reset_request").await.unwrap(),
        [["amina"]],
        "it waits"
    );
}
