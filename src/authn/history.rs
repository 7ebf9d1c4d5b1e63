//! Failed and successful checks of credentials, as far back as they decide whose attempt comes first. Kept in memory and
//! bounded: a restart forgets them, and one gateway does not know of another's.

use super::attempt::{AccountKey, Attempt, Source};
use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::unsync::Cache;

/// Most accounts, networks, and pairs of both that are remembered.
const ENTRIES_MAX: usize = 20_000;
/// Failures are forgotten when none has followed for this long.
const FORGET_AFTER: TimeDelta = TimeDelta::minutes(15);
/// A success speaks for its network for this long.
const PROVEN_FOR: TimeDelta = TimeDelta::days(30);
/// Failures that an account may have before its attempts move back.
const ACCOUNT_FREE: u32 = 3;
/// Failures that a network may have before its attempts move back: an office shares an address.
const NETWORK_FREE: u32 = 12;

/// How early an attempt comes: the lower, the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Priority(u8);

impl Priority {
    /// The account has signed in from this network, and no attempt on it from there has failed since.
    pub const PROVEN: Self = Self(0);
    /// Nothing speaks against the attempt.
    pub const ORDINARY: Self = Self(1);
    /// Steps behind [`Self::ORDINARY`], one for each time that the failures double.
    const STEPS_MAX: u8 = 6;

    /// Whether failures have moved the attempt back.
    pub fn is_penalised(self) -> bool {
        self > Self::ORDINARY
    }

    /// In how many whole seconds a refused attempt may come again.
    pub fn retry_seconds(self) -> u32 {
        1 << self.0.saturating_sub(Self::ORDINARY.0).min(Self::STEPS_MAX)
    }

    fn after(failures: u32, free: u32) -> Self {
        let steps = (failures / free).checked_ilog2().map_or(0, |doubled| doubled + 1);
        Self(Self::ORDINARY.0 + u8::try_from(steps).unwrap_or(Self::STEPS_MAX).min(Self::STEPS_MAX))
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

/// Remembers failures and successes.
pub struct History {
    accounts: Cache<AccountKey, Failures>,
    sources: Cache<Source, Failures>,
    pairs: Cache<(Source, AccountKey), Failures>,
    proven: Cache<(Source, AccountKey), DateTime<Utc>>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            accounts: Cache::new(ENTRIES_MAX),
            sources: Cache::new(ENTRIES_MAX),
            pairs: Cache::new(ENTRIES_MAX),
            proven: Cache::new(ENTRIES_MAX),
        }
    }
}

impl History {
    /// The priority of an attempt among the attempts of its own network.
    pub fn in_network(&self, attempt: &Attempt, now: DateTime<Utc>) -> Priority {
        let pair = (attempt.source, attempt.account);
        if self.proven.get(&pair).is_some_and(|at| *at + PROVEN_FOR > now) {
            return Priority::PROVEN;
        }
        let failures = count(self.accounts.get(&attempt.account), now).max(count(self.pairs.get(&pair), now));
        Priority::after(failures, ACCOUNT_FREE)
    }

    /// The priority of an attempt against those of other networks. One that is proven comes as an ordinary one there, so
    /// that a network with many accounts of its own gets no more than its share.
    pub fn between_networks(&self, attempt: &Attempt, now: DateTime<Utc>) -> Priority {
        match self.in_network(attempt, now) {
            Priority::PROVEN => Priority::ORDINARY,
            of_account => {
                let failures = count(self.sources.get(&attempt.source), now);
                of_account.max(Priority::after(failures, NETWORK_FREE))
            }
        }
    }

    /// Notes that an attempt failed.
    pub fn failed(&mut self, attempt: &Attempt, now: DateTime<Utc>) {
        let pair = (attempt.source, attempt.account);
        add(&mut self.accounts, attempt.account, now);
        add(&mut self.sources, attempt.source, now);
        add(&mut self.pairs, pair, now);
        self.proven.remove(&pair);
    }

    /// Notes that an attempt succeeded: the account's failures are forgotten. Its network loses those that were the
    /// account's own, and keeps the others: an attacker who signs in with an account of their own gains nothing by it.
    pub fn succeeded(&mut self, attempt: &Attempt, now: DateTime<Utc>) {
        let pair = (attempt.source, attempt.account);
        self.accounts.remove(&attempt.account);
        if let Some((_, own)) = self.pairs.remove(&pair)
            && let Some(mut source) = self.sources.get_mut(&attempt.source)
        {
            source.count = source.count.saturating_sub(own.count);
        }
        self.proven.insert(pair, now);
    }
}

fn count(failures: Option<&Failures>, now: DateTime<Utc>) -> u32 {
    failures.filter(|failures| failures.last + FORGET_AFTER > now).map_or(0, |failures| failures.count)
}

fn add<K: Eq + std::hash::Hash>(cache: &mut Cache<K, Failures>, key: K, now: DateTime<Utc>) {
    let count = count(cache.get(&key), now).saturating_add(1);
    cache.insert(key, Failures { count, last: now });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::attempt::tests::attempt;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn failing(times: u32, history: &mut History, attempt: &Attempt) {
        (0..times).for_each(|_| history.failed(attempt, now()));
    }

    #[test]
    fn failures_of_an_account_move_its_attempts_back_everywhere_and_a_success_forgets_them() {
        let mut history = History::default();
        let (here, there) = (attempt("a", "192.0.2.1"), attempt("a", "192.0.2.2"));
        failing(2, &mut history, &here);
        assert_eq!(history.in_network(&here, now()), Priority::ORDINARY);
        failing(1, &mut history, &here);
        assert!(history.in_network(&here, now()).is_penalised());
        assert!(history.between_networks(&there, now()).is_penalised());
        assert_eq!(history.in_network(&attempt("b", "192.0.2.1"), now()), Priority::ORDINARY);
        history.succeeded(&there, now());
        assert_eq!(history.in_network(&there, now()), Priority::PROVEN);
        assert_eq!(history.between_networks(&there, now()), Priority::ORDINARY);
        assert!(history.in_network(&here, now()).is_penalised(), "the failures from here are not forgiven");
        history.succeeded(&here, now());
        failing(1, &mut history, &here);
        assert_eq!(history.in_network(&here, now()), Priority::ORDINARY, "a failure ends what was proven");
    }

    #[test]
    fn failures_of_a_network_count_for_all_its_accounts_and_only_against_other_networks() {
        let mut history = History::default();
        for guess in 0..200 {
            history.failed(&attempt(&format!("guess {guess}"), "192.0.2.1"), now());
        }
        let fresh = attempt("fresh", "192.0.2.1");
        assert_eq!(history.in_network(&fresh, now()), Priority::ORDINARY);
        assert!(history.between_networks(&fresh, now()).is_penalised());
        assert_eq!(history.between_networks(&attempt("fresh", "192.0.2.2"), now()), Priority::ORDINARY);
    }

    #[test]
    fn a_success_takes_its_own_failures_off_the_network_and_no_others() {
        let mut history = History::default();
        failing(20, &mut history, &attempt("own", "192.0.2.1"));
        history.succeeded(&attempt("own", "192.0.2.1"), now());
        assert_eq!(history.between_networks(&attempt("x", "192.0.2.1"), now()), Priority::ORDINARY);
        failing(40, &mut history, &attempt("victim", "192.0.2.1"));
        history.succeeded(&attempt("own", "192.0.2.1"), now());
        assert!(history.between_networks(&attempt("x", "192.0.2.1"), now()).is_penalised());
    }

    #[test]
    fn failures_are_forgotten_with_time_and_their_weight_has_an_end() {
        let mut history = History::default();
        let guess = attempt("a", "192.0.2.1");
        failing(5_000, &mut history, &guess);
        assert_eq!(history.in_network(&guess, now()).retry_seconds(), 64);
        let later = now() + TimeDelta::minutes(16);
        assert_eq!(history.between_networks(&guess, later), Priority::ORDINARY);
        assert_eq!(history.in_network(&guess, later).retry_seconds(), 1);
    }
}
