//! Why a use case did not do what it was asked.
//!
//! HOUSE-STYLE §5 sketches an error enum for each operation. All our refusals are of one vocabulary that GraphQL, REST
//! and files share ([`crate::domain::FaultCode`]), so one type serves every operation.

use crate::authn::{AuthnError, NoRandomness, Overloaded};
use crate::authz::Denied;
use crate::domain::Faults;
use crate::store::StoreError;
use chrono::TimeDelta;

/// A use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A refusal: the caller can act on it. All faults of the input together.
    #[error("{0}")]
    Input(Faults),
    /// A failure: the caller cannot.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// A failure.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The gate said no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It is not there, or the caller may not know that it is.
    #[error("not found")]
    NotFound,
    /// Somebody else was faster, or the version given is not the present one.
    #[error("it has changed in the meantime: read it again")]
    Conflict,
    /// The credential presented is not valid.
    #[error("the credentials are not valid")]
    Unauthenticated,
    /// The request has checked a credential, and brings another one.
    #[error("a request checks at most one credential: send another request")]
    SeveralCredentials,
    /// Too much is going on at the moment.
    #[error("too busy at the moment: try again in a few seconds")]
    Busy,
    /// The database cannot be written.
    #[error(
        "the database cannot be written at the moment: try again in a few minutes, and tell the gateway's operator if it \
         goes on (its disk may be full or read-only)"
    )]
    NotWritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The connection to the database was lost.
    #[error("the connection to the database was lost: look whether the change was made before you try again")]
    ConnectionLost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The caller, or somebody for the same person, has done this too often of late.
    #[error("too often: try again in {}", wait(.retry_after))]
    TooOften {
        /// After which it may be tried again.
        retry_after: TimeDelta,
    },
    /// Our own fault. Its cause is for the log.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A time as people say it, rounded up.
fn wait(time: &TimeDelta) -> String {
    match time.num_minutes() {
        0 => format!("{} seconds", time.num_seconds().saturating_add(1)),
        minutes => format!("{} minutes", minutes.saturating_add(1)),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale
            | StoreError::Conflict(_)
            | StoreError::Gone(_)
            // The use cases tell it as a refusal.
            | StoreError::LastAdmin
            | StoreError::PasswordLocked => Self::Conflict,
            StoreError::TooOften(retry_after) => Self::TooOften { retry_after },
            StoreError::Busy(_) => Self::Busy,
            StoreError::NotWritable(_) => Self::NotWritable(Box::new(error)),
            StoreError::ConnectionLost(_) => Self::ConnectionLost(Box::new(error)),
            StoreError::TransactionFailed
            | StoreError::Inconsistent(_)
            | StoreError::AnotherRow(_) | StoreError::Unexpected(_) => {
                Self::Internal(Box::new(error))
            }
        }
    }
}

impl From<AuthnError> for Failure {
    fn from(error: AuthnError) -> Self {
        match error {
            AuthnError::Malformed | AuthnError::Invalid | AuthnError::Expired => Self::Unauthenticated,
            AuthnError::SecondCheck => Self::SeveralCredentials,
            AuthnError::Overloaded(overloaded) => overloaded.into(),
            AuthnError::Store(error) => error.into(),
        }
    }
}

impl From<Overloaded> for Failure {
    fn from(overloaded: Overloaded) -> Self {
        match overloaded {
            Overloaded::TooManyAttempts { retry_after } => Self::TooOften { retry_after },
            Overloaded::Machine => Self::Busy,
        }
    }
}

impl From<NoRandomness> for Failure {
    fn from(error: NoRandomness) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<jsonwebtoken::errors::Error> for Failure {
    fn from(error: jsonwebtoken::errors::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<Faults> for Refused {
    fn from(faults: Faults) -> Self {
        Self::Input(faults)
    }
}

impl Refused {
    /// The same, where a field has another name: first the domain's, then the channel's.
    #[must_use]
    pub fn with_names(self, names: &[(&str, &str)]) -> Self {
        match self {
            Self::Input(faults) => Self::Input(faults.with_names(names)),
            failure @ Self::Failure(_) => failure,
        }
    }
}

/// `?` on everything that a failure is made of.
macro_rules! from_failures {
    ($($error:ty),*) => {$(
        impl From<$error> for Refused {
            fn from(error: $error) -> Self {
                Self::Failure(error.into())
            }
        }
    )*};
}

from_failures!(StoreError, Denied, AuthnError, Overloaded, NoRandomness, jsonwebtoken::errors::Error);
