//! What can go wrong with the database. `DbErr` ends here.

use crate::authz::AnotherRow;
use sea_orm::{DbErr, SqlErr};

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
    /// No connection was to be had in time, or SQLite's writer was taken too long.
    #[error("the database is too busy")]
    Busy(#[source] DbErr),
    /// A row makes no sense.
    #[error("the stored {0} makes no sense")]
    Inconsistent(&'static str),
    /// A write touched another row than the one that was judged.
    #[error(transparent)]
    AnotherRow(#[from] AnotherRow),
    /// Anything else: the database is away, full, broken.
    #[error("the database failed")]
    Unexpected(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if matches!(error, DbErr::ConnectionAcquire(_)) {
            return Self::Busy(error);
        }
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Conflict(error),
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Self::Gone(error),
            Some(_) | None => Self::Unexpected(error),
        }
    }
}
