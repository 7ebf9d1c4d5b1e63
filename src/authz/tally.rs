//! What comes of putting the same questions to two policies.

use super::effect::Effect;
use super::question::Answer;
use crate::domain::{DecisionId, PolicyRevisionId, ProjectSpaceId, SignIn};
use chrono::{DateTime, Utc};

/// What comes of comparing two answers to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// They are the same to whoever asked.
    Same,
    /// They are not.
    Differ(Effect),
    /// One of them is none, because there was too much to do at that moment. That says nothing about either policy.
    NotAsked,
}

impl Comparison {
    /// Of an answer and the one that takes its place, for somebody who signed in this way.
    pub fn between(was: &Answer, is: &Answer, signed_in_by: SignIn) -> Self {
        if was.is_unasked() || is.is_unasked() {
            return Self::NotAsked;
        }
        Effect::between(was, is, signed_in_by).map_or(Self::Same, Self::Differ)
    }

    /// How they differ, if they do.
    pub fn effect(self) -> Option<Effect> {
        match self {
            Self::Differ(effect) => Some(effect),
            Self::Same | Self::NotAsked => None,
        }
    }
}

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
    /// Were not compared: there was too much to do at that moment.
    pub not_asked: u64,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, comparison: Comparison) {
        use Comparison::{Differ, NotAsked, Same};
        let counted = match comparison {
            Same => &mut self.agreed,
            NotAsked => &mut self.not_asked,
            Differ(Effect::Gains) => &mut self.gained,
            Differ(Effect::Loses) => &mut self.lost,
            Differ(Effect::Told) => &mut self.told,
            Differ(Effect::Unclear | Effect::Both) => &mut self.unclear,
            Differ(Effect::Fault) => &mut self.faulted,
        };
        *counted = counted.saturating_add(1);
    }

    /// How many there were.
    pub fn all(&self) -> u64 {
        [self.agreed, self.gained, self.lost, self.told, self.unclear, self.faulted, self.not_asked]
            .iter()
            .sum()
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
            not_asked: self.not_asked.saturating_add(other.not_asked),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::{Decision, NoAnswer};

    #[test]
    fn what_was_not_asked_for_want_of_time_says_nothing_about_either_policy() {
        let permit = Answer::Decision(Decision::Permit(Vec::new()));
        let fault = |cause: NoAnswer| Answer::Fault(cause.name().to_owned());
        let mut tally = Tally::default();
        for (was, is, expected) in [
            (permit.clone(), fault(NoAnswer::Busy), Comparison::NotAsked),
            (permit.clone(), fault(NoAnswer::OverBudget), Comparison::NotAsked),
            (fault(NoAnswer::Busy), permit.clone(), Comparison::NotAsked),
            (fault(NoAnswer::Busy), fault(NoAnswer::Trap), Comparison::NotAsked),
            (permit.clone(), fault(NoAnswer::Trap), Comparison::Differ(Effect::Fault)),
            // It is left alone because of what it did.
            (permit.clone(), fault(NoAnswer::Quarantine), Comparison::Differ(Effect::Fault)),
            (fault(NoAnswer::Trap), permit.clone(), Comparison::Differ(Effect::Gains)),
            (fault(NoAnswer::Trap), fault(NoAnswer::Deadline), Comparison::Same),
        ] {
            let comparison = Comparison::between(&was, &is, SignIn::Password);
            assert_eq!(comparison, expected, "{was:?} {is:?}");
            tally.count(comparison);
        }
        assert_eq!((tally.not_asked, tally.faulted, tally.gained, tally.agreed), (4, 2, 1, 1));
        assert_eq!((tally.all(), tally.and(tally).not_asked), (8, 8));
    }
}
