//! What comes of putting the same questions to two policies.

use super::effect::Effect;
use crate::domain::{DecisionId, PolicyRevisionId, ProjectSpaceId};
use chrono::{DateTime, Utc};

/// How often the answers were the same, and how they differed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The same answer.
    pub agreed: u64,
    /// May what they might not.
    pub gained: u64,
    /// May no longer what they might.
    pub lost: u64,
    /// Are told something else.
    pub told: u64,
    /// See rows by other rules, which may or may not be other rows.
    pub unclear: u64,
    /// Hear no answer.
    pub faulted: u64,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, effect: Option<Effect>) {
        let counted = match effect {
            None => &mut self.agreed,
            Some(Effect::Gains) => &mut self.gained,
            Some(Effect::Loses) => &mut self.lost,
            Some(Effect::Told) => &mut self.told,
            Some(Effect::Unclear | Effect::Both) => &mut self.unclear,
            Some(Effect::Fault) => &mut self.faulted,
        };
        *counted = counted.saturating_add(1);
    }

    /// How many there were.
    pub fn all(&self) -> u64 {
        [self.agreed, self.gained, self.lost, self.told, self.unclear, self.faulted].iter().sum()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            agreed: self.agreed.saturating_add(other.agreed),
            gained: self.gained.saturating_add(other.gained),
            lost: self.lost.saturating_add(other.lost),
            told: self.told.saturating_add(other.told),
            unclear: self.unclear.saturating_add(other.unclear),
            faulted: self.faulted.saturating_add(other.faulted),
        }
    }
}

/// What a revision that is monitored would have done, of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionTally {
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// The revision.
    pub revision: PolicyRevisionId,
    /// `mobile_worker.update`
    pub action: String,
    /// The first decision that was compared.
    pub since: DateTime<Utc>,
    /// The last one.
    pub until: DateTime<Utc>,
    /// How often the answers were the same, and how they differed.
    pub tally: Tally,
}

/// A decision that would have been another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The decision, as `explainDecision` takes it.
    pub decision: DecisionId,
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// The revision that would have answered otherwise.
    pub revision: PolicyRevisionId,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// `mobile_worker.update`
    pub action: String,
    /// For better or worse.
    pub effect: Effect,
    /// What was answered.
    pub was: String,
    /// What would have been.
    pub would_be: String,
}
