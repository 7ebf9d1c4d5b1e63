use super::*;
use sea_orm::{ConnectOptions, Database};

/// A connection to a database in memory whose table `item` rolls the transaction back when `fault` is inserted, as SQLite
/// does when the disk is full.
async fn connection() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).map_sqlx_sqlite_before_acquire(|connection, _| is_clean(connection));
    let connection = Database::connect(options).await.unwrap();
    for sql in [
        "CREATE TABLE item (name TEXT)",
        "CREATE TRIGGER fault BEFORE INSERT ON item WHEN NEW.name = 'fault' BEGIN SELECT RAISE(ROLLBACK, 'gone'); END",
    ] {
        connection.execute_unprepared(sql).await.unwrap();
    }
    connection
}

async fn items(connection: &DatabaseConnection) -> usize {
    let all = Statement::from_string(DbBackend::Sqlite, "SELECT name FROM item");
    connection.query_all_raw(all).await.unwrap().len()
}

#[tokio::test]
async fn after_a_failed_statement_nothing_more_is_written_and_the_commit_fails() {
    let connection = connection().await;
    let tx = Transaction::begin(&connection, &Arc::default()).await.unwrap();
    tx.execute_unprepared("INSERT INTO item VALUES ('first')").await.unwrap();
    tx.execute_unprepared("INSERT INTO item VALUES ('fault')").await.unwrap_err();
    // SQLite is outside a transaction by now: it would store this one at once.
    tx.execute_unprepared("INSERT INTO item VALUES ('second')").await.unwrap_err();
    assert!(matches!(tx.commit().await, Err(StoreError::TransactionFailed)));
}

#[tokio::test]
async fn after_a_cancelled_statement_the_commit_fails() {
    let connection = connection().await;
    let tx = Transaction::begin(&connection, &Arc::default()).await.unwrap();
    tx.execute_unprepared("INSERT INTO item VALUES ('first')").await.unwrap();
    {
        let mut statement = std::pin::pin!(tx.run(std::future::pending::<Result<(), DbErr>>()));
        std::future::poll_fn(|context| {
            assert!(statement.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    assert!(matches!(tx.commit().await, Err(StoreError::TransactionFailed)));
    assert_eq!(items(&connection).await, 0);
}

#[tokio::test]
async fn a_connection_that_counts_an_open_transaction_is_replaced() {
    let connection = connection().await;
    let tx = Transaction::begin(&connection, &Arc::default()).await.unwrap();
    tx.execute_unprepared("INSERT INTO item VALUES ('fault')").await.unwrap_err();
    drop(tx);
    // The database was in the memory of the connection that was closed.
    let gone = connection.execute_unprepared("SELECT name FROM item").await.unwrap_err();
    assert!(gone.to_string().contains("no such table"), "{gone}");
}
