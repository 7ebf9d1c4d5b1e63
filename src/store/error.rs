//! What can go wrong with the database. `DbErr` ends here.

use crate::authz::AnotherRow;
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A statement did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row is no longer the one that was judged: somebody else was faster.
    #[error("the row has changed since it was read")]
    Stale,
    /// A unique name or code is taken. The use case knows which one it wrote.
    #[error("a unique value is taken")]
    Conflict(#[source] DbErr),
    /// What the row refers to is gone, or is still referred to: somebody else was faster.
    #[error("what the row refers to has changed")]
    Gone(#[source] DbErr),
    /// The project space would have no active admin any more.
    #[error("the last active admin of a project space stays")]
    LastAdmin,
    /// The worker signs in with PersonalID: nobody sets their password.
    #[error("the password of a worker who signs in with PersonalID stays")]
    PasswordLocked,
    /// The address was sent enough mails of this kind of late; there is room again after this time.
    #[error("the address was sent enough mails of late")]
    TooOften(chrono::TimeDelta),
    /// No connection was free in time, or a statement waited or ran too long.
    #[error("the database is too busy")]
    Busy(#[source] DbErr),
    /// The database cannot be written: its disk is full, read-only or failing.
    #[error("the database cannot be written")]
    NotWritable(#[source] DbErr),
    /// The connection was lost. When that happened during the commit, the change may have been stored.
    #[error("the connection to the database was lost")]
    ConnectionLost(#[source] DbErr),
    /// A statement of the transaction failed before, so that it cannot be committed.
    #[error("an earlier statement of the transaction failed")]
    TransactionFailed,
    /// A row makes no sense.
    #[error("the stored {0} makes no sense")]
    Inconsistent(&'static str),
    /// A write touched another row than the one that was judged.
    #[error(transparent)]
    AnotherRow(#[from] AnotherRow),
    /// Any other error.
    #[error("the database failed")]
    Unexpected(#[source] DbErr),
}

impl StoreError {
    /// Whether the error says that the database cannot be written at the moment.
    pub(super) fn is_not_writable(error: &DbErr) -> bool {
        matches!(condition(error), Some(Condition::NotWritable))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match condition(&error) {
            Some(Condition::Busy) => return Self::Busy(error),
            Some(Condition::NotWritable) => return Self::NotWritable(error),
            Some(Condition::ConnectionLost) => return Self::ConnectionLost(error),
            None => {}
        }
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Conflict(error),
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Self::Gone(error),
            Some(_) | None => Self::Unexpected(error),
        }
    }
}

/// A state of the database that does not depend on the statement.
#[derive(Clone, Copy)]
enum Condition {
    Busy,
    NotWritable,
    ConnectionLost,
}

fn condition(error: &DbErr) -> Option<Condition> {
    let error = match error {
        DbErr::ConnectionAcquire(_) => return Some(Condition::Busy),
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return None,
    };
    match &**error {
        SqlxError::Database(error) => {
            let code = error.code()?;
            match error.try_downcast_ref::<SqliteError>() {
                Some(_) => sqlite_condition(code.parse().ok()?),
                None => postgres_condition(&code),
            }
        }
        SqlxError::PoolTimedOut => Some(Condition::Busy),
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::Protocol(_) | SqlxError::WorkerCrashed => {
            Some(Condition::ConnectionLost)
        }
        _ => None,
    }
}

/// <https://www.sqlite.org/rescode.html>: the low byte of an extended code is the primary code.
fn sqlite_condition(code: u32) -> Option<Condition> {
    match code & 0xff {
        // BUSY, LOCKED, INTERRUPT.
        5 | 6 | 9 => Some(Condition::Busy),
        // PERM, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB.
        3 | 7 | 8 | 10 | 11 | 13 | 14 | 26 => Some(Condition::NotWritable),
        _ => None,
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn postgres_condition(code: &str) -> Option<Condition> {
    match code {
        // Serialization failure, deadlock, lock or statement timeout, too many connections.
        "40001" | "40P01" | "55P03" | "57014" | "53300" => Some(Condition::Busy),
        // The server ended the session: idle in transaction, shut down, crashed, starting.
        "25P03" | "57P01" | "57P02" | "57P03" => Some(Condition::ConnectionLost),
        // A standby, or a server or session that was made read-only.
        "25006" => Some(Condition::NotWritable),
        _ if code.starts_with("08") => Some(Condition::ConnectionLost),
        // Disk full, out of memory, I/O error.
        _ if code.starts_with("53") || code.starts_with("58") => Some(Condition::NotWritable),
        _ => None,
    }
}
