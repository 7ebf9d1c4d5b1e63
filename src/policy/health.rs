//! How a module is doing, for each action by itself: a fault in one rule does not silence the others. Faults in a row lead to
//! quarantine, so that a broken module cannot use up the machine; after it one question is put as a trial, and each
//! quarantine that follows at once lasts twice as long. A good answer ends all that.

use super::engine::{Ticks, in_ticks};
use super::error::PolicyError;
use crate::authz::NoAnswer;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// After so many faults in a row a module is left alone for a while.
const FAULTS_MAX: u32 = 5;
/// How long the first quarantine is.
const FIRST: Duration = Duration::from_secs(10);
/// Each is twice as long as the one before, up to 2⁶ times: a little over ten minutes.
const DOUBLINGS_MAX: u32 = 6;

/// How one module is doing, in this gateway.
#[derive(Debug)]
pub(super) struct Health {
    ticks: Ticks,
    /// Whether it ever gave no answer: of a sound module, nothing has to be looked up.
    has_faulted: AtomicBool,
    /// The actions in which it ever gave no answer: the gateway's own names of them, so there are few.
    actions: RwLock<HashMap<String, Arc<ActionHealth>>>,
}

impl Health {
    pub(super) fn new(ticks: Ticks) -> Self {
        Self { ticks, has_faulted: AtomicBool::new(false), actions: RwLock::default() }
    }

    /// Whether the module may not be asked about this action.
    pub(super) fn is_quarantined(&self, action: &str) -> bool {
        self.of(action).is_some_and(|health| health.is_quarantined())
    }

    /// It answered.
    pub(super) fn answered(&self, action: &str) {
        if let Some(health) = self.of(action) {
            health.answered();
        }
    }

    /// It gave no answer.
    pub(super) fn faulted(&self, action: &str) {
        let health = self.of(action).unwrap_or_else(|| {
            let mut actions = self.actions.write().unwrap_or_else(PoisonError::into_inner);
            let health = actions.entry(action.to_owned());
            let health =
                Arc::clone(health.or_insert_with(|| Arc::new(ActionHealth::new(self.ticks.clone()))));
            self.has_faulted.store(true, Ordering::Release);
            health
        });
        health.faulted();
    }

    /// The actions whose quarantine has begun, and how long each lasts; once for each quarantine.
    pub(super) fn news(&self) -> Vec<(String, Duration)> {
        if !self.has_faulted.load(Ordering::Acquire) {
            return Vec::new();
        }
        let actions = self.actions.read().unwrap_or_else(PoisonError::into_inner);
        actions.iter().filter_map(|(action, health)| Some((action.clone(), health.news()?))).collect()
    }

    fn of(&self, action: &str) -> Option<Arc<ActionHealth>> {
        if !self.has_faulted.load(Ordering::Acquire) {
            return None;
        }
        self.actions.read().unwrap_or_else(PoisonError::into_inner).get(action).map(Arc::clone)
    }
}

/// How one module is doing in one action.
#[derive(Debug)]
struct ActionHealth {
    ticks: Ticks,
    faults: AtomicU32,
    quarantines: AtomicU32,
    until: AtomicU64,
    /// A quarantine has begun that nobody has heard of yet.
    news: AtomicBool,
}

impl ActionHealth {
    fn new(ticks: Ticks) -> Self {
        Self {
            ticks,
            faults: AtomicU32::new(0),
            quarantines: AtomicU32::new(0),
            until: AtomicU64::new(0),
            news: AtomicBool::new(false),
        }
    }

    /// Whether the module may be asked.
    fn is_quarantined(&self) -> bool {
        self.ticks.now() < self.until.load(Ordering::Relaxed)
    }

    /// It answered.
    fn answered(&self) {
        // Read first: an unconditional store would have all threads fight for this line of cache.
        if self.faults.load(Ordering::Relaxed) != 0 {
            self.faults.store(0, Ordering::Relaxed);
            self.quarantines.store(0, Ordering::Relaxed);
        }
    }

    /// It gave no answer.
    fn faulted(&self) {
        let faults = self.faults.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        // Several questions may fault at the same moment: one of them begins the quarantine.
        if faults < FAULTS_MAX || self.is_quarantined() {
            return;
        }
        // The next fault is one too many: the question after a quarantine is a trial.
        self.faults.store(FAULTS_MAX - 1, Ordering::Relaxed);
        let before = self.quarantines.fetch_add(1, Ordering::Relaxed);
        let lasts = FIRST.saturating_mul(1 << before.min(DOUBLINGS_MAX));
        self.until.store(self.ticks.now().saturating_add(in_ticks(lasts)), Ordering::Relaxed);
        self.news.store(true, Ordering::Relaxed);
    }

    /// How long the quarantine lasts that has begun, once for each.
    fn news(&self) -> Option<Duration> {
        if !self.news.load(Ordering::Relaxed) || !self.news.swap(false, Ordering::Relaxed) {
            return None;
        }
        let left = self.until.load(Ordering::Relaxed).saturating_sub(self.ticks.now());
        Some(super::engine::TICK.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX)))
    }
}

/// Whether the module is to blame for a question without an answer.
pub(super) fn is_fault(error: &PolicyError) -> bool {
    matches!(
        error.told(),
        NoAnswer::Deadline | NoAnswer::Memory | NoAnswer::Trap | NoAnswer::Contract | NoAnswer::NotLoaded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarantined(health: &ActionHealth) -> Duration {
        while !health.is_quarantined() {
            health.faulted();
        }
        health.news().unwrap()
    }

    #[test]
    fn faults_in_a_row_lead_to_quarantine_and_an_answer_between_them_does_not() {
        let ticks = Ticks::default();
        let health = ActionHealth::new(ticks.clone());
        for _ in 0..10 {
            for _ in 1..FAULTS_MAX {
                health.faulted();
            }
            health.answered();
        }
        assert!(!health.is_quarantined() && health.news().is_none());
        for _ in 0..FAULTS_MAX {
            health.faulted();
        }
        assert!(health.is_quarantined() && health.news().is_some());
        assert!(health.news().is_none(), "it is news once");
        ticks.pass(FIRST * 2);
        assert!(!health.is_quarantined());
    }

    #[test]
    fn after_a_quarantine_one_more_fault_begins_a_longer_one_and_an_answer_ends_that() {
        let ticks = Ticks::default();
        let health = ActionHealth::new(ticks.clone());
        let mut before = quarantined(&health);
        for _ in 0..DOUBLINGS_MAX {
            ticks.pass(before * 2);
            health.faulted();
            let now = health.news().unwrap();
            assert!(now > before + before / 2, "{before:?}, and then {now:?}");
            before = now;
        }
        ticks.pass(before * 2);
        health.faulted();
        assert!(
            health.news().unwrap() <= before + Duration::from_secs(1),
            "the longest is ten minutes or so"
        );
        ticks.pass(before * 2);
        health.answered();
        assert!(quarantined(&health) < FIRST * 2);
    }

    #[test]
    fn each_action_is_quarantined_by_itself() {
        let health = Health::new(Ticks::default());
        for _ in 0..FAULTS_MAX {
            health.faulted("role.create");
            health.answered("policy.read");
        }
        assert!(health.is_quarantined("role.create"));
        assert!(!health.is_quarantined("policy.read") && !health.is_quarantined("role.update"));
        let news = health.news();
        assert_eq!(news.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(), ["role.create"]);
        assert!(health.news().is_empty());
    }
}
