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

/// No answer was to be had. The cause is logged in full where it happened; what is told of it here is for the admins of
/// the project space, whose module it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy `{policy}` gave no answer: {cause}{}", named(.attribute.as_deref()))]
pub struct Undecided {
    /// The module that gave none: its name and the start of its digest. Empty when no module was to be had.
    pub policy: String,
    /// Why not.
    pub cause: NoAnswer,
    /// The attribute that the module's condition names and that lists cannot be filtered by, where that is the cause.
    pub attribute: Option<String>,
}

fn named(attribute: Option<&str>) -> String {
    attribute.map(|name| format!(": lists cannot be filtered by `{name}` in that way")).unwrap_or_default()
}

/// Why a module gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It thought too long.
    #[error("it missed its deadline")]
    Deadline,
    /// It wanted more memory than it may have.
    #[error("it wanted more memory than it may have")]
    Memory,
    /// It stopped.
    #[error("it trapped")]
    Trap,
    /// It answered something that is no answer.
    #[error("its answer breaks the contract")]
    Contract,
    /// It gave no answer several times in a row, and is left alone for a while.
    #[error("it is in quarantine after repeated faults")]
    Quarantine,
    /// The project space's stack could not be loaded.
    #[error("the stack could not be loaded")]
    NotLoaded,
    /// The project space's policies took more of the machine than their share.
    #[error("the project space's policies have used up their time: make them faster")]
    OverBudget,
    /// Too many questions at one moment.
    #[error("too many questions at one moment")]
    Busy,
}

impl NoAnswer {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Deadline,
        Self::Memory,
        Self::Trap,
        Self::Contract,
        Self::Quarantine,
        Self::NotLoaded,
        Self::OverBudget,
        Self::Busy,
    ];

    /// Whether the module was not so much as asked, because there was too much to do.
    pub fn is_unasked(self) -> bool {
        matches!(self, Self::OverBudget | Self::Busy)
    }

    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::Trap => "trap",
            Self::Contract => "contract",
            Self::Quarantine => "quarantine",
            Self::NotLoaded => "not_loaded",
            Self::OverBudget => "over_budget",
            Self::Busy => "busy",
        }
    }
}

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
    /// No policy answered. Why not is told to admins of the project space, and to nobody else.
    #[error("{}", .undecided.as_ref().map_or_else(|| "the policy of this project space gave no answer".to_owned(), ToString::to_string))]
    Undecided {
        /// The decision, for explaining it later.
        decision: DecisionId,
        /// Which module, and why not.
        undecided: Option<Undecided>,
    },
}
