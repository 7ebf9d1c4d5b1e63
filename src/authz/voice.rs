//! What each module of a stack says of a question.

use super::condition::{Condition, Rows};
use super::decision::{Decision, Obligation};

/// What one module said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// Its name with the start of its digest.
    pub module: String,
    /// What it said.
    pub said: Said,
}

/// An answer, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Its manifest does not name the action.
    Unasked,
    /// It has no say.
    NotApplicable,
    /// It decided.
    Decision(Decision),
    /// It lets these rows through.
    Rows(Rows),
    /// It trapped, thought too long, wanted too much or broke the contract.
    Fault(String),
}

impl Said {
    /// In a few words, for people.
    pub fn told(&self) -> String {
        match self {
            Self::Unasked => "is not asked: its manifest does not name the action".to_owned(),
            Self::NotApplicable => "says nothing".to_owned(),
            Self::Fault(fault) => format!("gives no answer: {fault}"),
            Self::Decision(Decision::Permit(obligations)) if obligations.is_empty() => "permits".to_owned(),
            Self::Decision(Decision::Permit(obligations)) => {
                let names: Vec<_> = obligations.iter().map(|obligation| obligation.name()).collect();
                format!("permits, with {}", names.join(", "))
            }
            Self::Decision(Decision::Deny(denial)) => {
                let how = if denial.visible { "forbids" } else { "hides" };
                let missing = if denial.missing.is_empty() {
                    String::new()
                } else {
                    format!("; missing: {}", denial.missing.join(", "))
                };
                format!("{how} ({}: {}{missing})", denial.reason, denial.message)
            }
            Self::Rows(Rows::Everything) => "lets every row through".to_owned(),
            Self::Rows(Rows::Nothing) => "lets no row through".to_owned(),
            Self::Rows(Rows::Only(condition)) => format!("lets rows through where {condition}"),
        }
    }

    /// Whether it permits.
    pub fn permits(&self) -> bool {
        matches!(self, Self::Decision(Decision::Permit(_)))
    }
}

impl Obligation {
    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotifyAdmins => "notify-admins",
            Self::RequireOtp => "require-otp",
        }
    }

    /// The obligation of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::NotifyAdmins, Self::RequireOtp].into_iter().find(|obligation| obligation.name() == name)
    }
}

/// The texts of a list that are told; the others are counted.
const TOLD_MAX: usize = 5;

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = |f: &mut std::fmt::Formatter<'_>, parts: &[Self], between: &str, none: &str| {
            if parts.is_empty() {
                return f.write_str(none);
            }
            f.write_str("(")?;
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    f.write_str(between)?;
                }
                write!(f, "{part}")?;
            }
            f.write_str(")")
        };
        let list = |texts: &[String]| {
            let told: Vec<_> = texts.iter().take(TOLD_MAX).map(String::as_str).collect();
            let more = texts.len().saturating_sub(TOLD_MAX);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!("[{}{more}]", told.join(", "))
        };
        match self {
            Self::AllOf(all) => parts(f, all, " and ", "always"),
            Self::AnyOf(any) => parts(f, any, " or ", "never"),
            Self::Not(part) => write!(f, "not {part}"),
            Self::Equals(name, value) => write!(f, "{name} is {value}"),
            Self::OneOf(name, texts) => write!(f, "{name} is one of {}", list(texts)),
            Self::AnyInCommon(name, texts) => write!(f, "{name} has one of {}", list(texts)),
            Self::IsNothing(name) => write!(f, "{name} is nothing"),
        }
    }
}
