//! Transactions that end with an error, at a statement or at the commit. Triggers make the errors, so each is the database's
//! own and comes at a known place: when a group named `fault` is created.

use super::{create, create_some, stored, stored_after_closing};
use crate::support::TestApp;
use std::collections::BTreeSet;

/// Creates groups before and after the fault, several times.
async fn nothing_is_lost(statements: &[String], code: &str) {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for statement in statements {
        app.rows(statement).await.unwrap();
    }
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        create_some(&admin, &format!("before-{round}"), &mut acknowledged).await;
        assert_eq!(create(&admin, "fault").await, Err(code.to_owned()), "round {round}");
        create_some(&admin, &format!("after-{round}"), &mut acknowledged).await;
        assert_eq!(stored(&app).await, acknowledged, "round {round}");
    }
    assert_eq!(stored_after_closing(&app).await, acknowledged);
}

fn is_postgres() -> bool {
    std::env::var("FIELDGATE_TEST_POSTGRES_URL").is_ok()
}

/// A trigger that runs when the group is inserted.
fn at_the_statement(sqlite: &str, postgres: &str) -> Vec<String> {
    if is_postgres() {
        vec![
            function(postgres),
            "CREATE TRIGGER fault BEFORE INSERT ON user_group FOR EACH ROW WHEN (NEW.name = 'fault')
             EXECUTE FUNCTION fault()"
                .to_owned(),
        ]
    } else {
        vec![format!(
            "CREATE TRIGGER fault BEFORE INSERT ON user_group WHEN NEW.name = 'fault' BEGIN {sqlite}; END"
        )]
    }
}

/// A trigger that PostgreSQL runs at the commit.
fn at_the_commit(postgres: &str) -> Vec<String> {
    vec![
        function(postgres),
        "CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON user_group DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW WHEN (NEW.name = 'fault') EXECUTE FUNCTION fault()"
            .to_owned(),
    ]
}

fn function(body: &str) -> String {
    format!("CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$")
}

#[tokio::test]
async fn nothing_is_lost_after_the_database_rolled_a_transaction_back_by_itself() {
    // As SQLite does when the disk is full or fails; PostgreSQL does it after every error.
    let fault = at_the_statement(
        "SELECT RAISE(ROLLBACK, 'rolled back by the database')",
        "RAISE EXCEPTION 'rolled back by the database'",
    );
    nothing_is_lost(&fault, "INTERNAL").await;
}

#[tokio::test]
async fn nothing_is_lost_after_a_statement_failed() {
    let fault = at_the_statement(
        "SELECT RAISE(ABORT, 'this statement failed')",
        "RAISE EXCEPTION 'a name' USING ERRCODE = 'P0001'",
    );
    nothing_is_lost(&fault, "INTERNAL").await;
}

#[tokio::test]
async fn nothing_is_lost_after_a_deferred_constraint_failed_at_the_commit() {
    let postgres = at_the_commit("RAISE EXCEPTION 'no such row' USING ERRCODE = '23503'");
    let sqlite = vec![
        "CREATE TABLE parent (id INTEGER PRIMARY KEY)".to_owned(),
        "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)".to_owned(),
        "CREATE TRIGGER fault AFTER INSERT ON user_group WHEN NEW.name = 'fault' BEGIN
         INSERT INTO child (parent) VALUES (1); END"
            .to_owned(),
    ];
    nothing_is_lost(if is_postgres() { &postgres } else { &sqlite }, "CONFLICT").await;
}

#[tokio::test]
async fn nothing_is_lost_after_postgres_ended_the_session_or_the_transaction() {
    if !is_postgres() {
        return;
    }
    let end_session = "PERFORM pg_terminate_backend(pg_backend_pid())";
    // As a statement timeout does.
    let cancel = "PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(60)";
    let raise = |code: &str| format!("RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'");
    let faults = [
        (end_session.to_owned(), "UNAVAILABLE"),
        (cancel.to_owned(), "UNAVAILABLE"),
        // Serialization failure, deadlock.
        (raise("40001"), "UNAVAILABLE"),
        (raise("40P01"), "UNAVAILABLE"),
        // Disk full, read-only.
        (raise("53100"), "DATABASE_NOT_WRITABLE"),
        (raise("25006"), "DATABASE_NOT_WRITABLE"),
    ];
    for (fault, code) in faults {
        nothing_is_lost(&at_the_statement("", &fault), code).await;
        nothing_is_lost(&at_the_commit(&fault), code).await;
    }
}
