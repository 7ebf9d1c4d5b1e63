//! A transaction that ends completely or fails completely, whatever the database, the network or the caller does.
//!
//! SQLite rolls a transaction back by itself after some errors (disk full, I/O, out of memory). sqlx 0.9 lowers its own
//! count of open transactions only when `COMMIT` or `ROLLBACK` succeeds, and `ROLLBACK` fails when no transaction is open.
//! The connection then counts one transaction too many for ever: sea-orm opens the next one as a savepoint, and after one
//! `ROLLBACK TO` a real transaction stays open, so that later commits only release savepoints and are lost at the end of the
//! process. PostgreSQL answers `COMMIT` of a failed transaction with a successful `ROLLBACK`. Four rules prevent both:
//!
//! 1. A connection that counts an open transaction is closed and replaced before it is used again: [`is_clean`].
//! 2. Every write runs between `BEGIN` and `COMMIT`. On a clean connection these are never savepoints.
//! 3. After a statement failed or was cancelled, the transaction runs no other statement and cannot be committed.
//! 4. `BEGIN` and `COMMIT` run to their end when the caller is cancelled: sqlx 0.9 loses track of a cancelled `BEGIN` on
//!    PostgreSQL.

use super::error::StoreError;
use super::writability::Writability;
use sea_orm::sqlx::{Connection, Error as SqlxError};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::Instrument;

/// An open transaction. Dropped without a commit, it is rolled back.
pub struct Transaction {
    inner: DatabaseTransaction,
    /// A statement failed or was cancelled.
    has_failed: AtomicBool,
    writability: Arc<Writability>,
}

impl Transaction {
    /// Opens a transaction; on SQLite one that holds the write lock.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection is free in time.
    pub async fn begin(
        connection: &DatabaseConnection,
        writability: &Arc<Writability>,
    ) -> Result<Self, StoreError> {
        let connection = connection.clone();
        let begin = async move { connection.begin_with_options(immediate()).await };
        let inner = to_its_end(begin).await.inspect_err(|error| writability.note_failure(error))?;
        Ok(Self { inner, has_failed: AtomicBool::new(false), writability: Arc::clone(writability) })
    }

    /// Commits. After `Ok`, the change is stored; after `Err`, it is not, unless the connection was lost on the way.
    ///
    /// # Errors
    /// [`StoreError::TransactionFailed`] after a failed statement, or what the database answers.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.has_failed.load(Ordering::Acquire) {
            return Err(StoreError::TransactionFailed);
        }
        let Self { inner, writability, .. } = self;
        // The result is noted even if the caller is gone.
        let commit =
            async move { inner.commit().await.inspect_err(|error| writability.note_db_error(error)) };
        to_its_end(commit).await
    }

    /// Runs one statement, unless an earlier one failed.
    async fn run<T>(&self, statement: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if self.has_failed.load(Ordering::Acquire) {
            return Err(DbErr::Custom("an earlier statement of the transaction failed".to_owned()));
        }
        let unless_it_succeeds = FailedOnDrop(&self.has_failed);
        let answer = statement.await.inspect_err(|error| self.writability.note_db_error(error))?;
        std::mem::forget(unless_it_succeeds);
        Ok(answer)
    }
}

/// The options of every transaction. On SQLite, `BEGIN IMMEDIATE` fails if the connection is inside a transaction.
pub fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// Whether the connection counts no open transaction. The pool asks before it lends a connection again, and closes one that
/// is not clean.
pub fn is_clean<C: Connection>(
    connection: &mut C,
) -> Pin<Box<dyn Future<Output = Result<bool, SqlxError>> + Send>> {
    let is_clean = !connection.is_in_transaction();
    if !is_clean {
        tracing::warn!("a database connection was closed because its transaction ended with an error");
    }
    Box::pin(ready(Ok(is_clean)))
}

/// Marks the transaction as failed when a statement fails, and when its future is dropped half-way.
struct FailedOnDrop<'a>(&'a AtomicBool);

impl Drop for FailedOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Runs a step to its end even if the caller is dropped.
async fn to_its_end<T: Send + 'static>(
    step: impl Future<Output = Result<T, DbErr>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(step.in_current_span()).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(StoreError::Unexpected(DbErr::Custom(error.to_string()))),
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(self.inner.query_all_raw(statement)).await
    }
}

#[cfg(test)]
mod tests;
