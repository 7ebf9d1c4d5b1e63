//! What a policy answers, and what becomes of it.

use crate::domain::DecisionId;

/// What must be done along with a permitted action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obligation {
    /// Queue a mail to the project space's admins in the same transaction.
    NotifyAdmins,
    /// The principal must have signed in with a second factor.
    RequireOtp,
}

/// Why a policy said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// A short constant for programs.
    pub reason: String,
    /// The same for people.
    pub message: String,
    /// The permissions that would have been enough.
    pub missing: Vec<String>,
    /// Whether the principal may know that the resource exists.
    pub visible: bool,
}

/// A stack's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Yes, with what must be done along with it.
    Permit(Vec<Obligation>),
    /// No. Nobody answering is a no as well.
    Deny(Denial),
}

/// An answer together with who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<T> {
    /// The answer.
    pub answer: T,
    /// The module that settled it: its name and the digest of its bytes, for the audit. `standard@9f86d081…`
    pub policy: String,
}

/// No answer was to be had: a trap, a missed deadline, too much memory, a malformed answer. The cause is logged where
/// it happened; the caller learns nothing but that there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the policy gave no answer")]
pub struct Undecided;

/// The caller may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody has signed in.
    #[error("sign in first")]
    Anonymous,
    /// The caller may not even know that it exists.
    #[error("not found")]
    NotVisible,
    /// The caller may know of it, and may not do this.
    #[error("{}", .denial.message)]
    Forbidden {
        /// The decision, for explaining it later.
        decision: DecisionId,
        /// The module that said no.
        policy: String,
        /// Its reason.
        denial: Denial,
    },
    /// No policy answered.
    #[error("the policy of this project space gave no answer")]
    Undecided,
}
