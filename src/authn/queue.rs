//! The queue in front of everything that checks a secret. As many checks run as there are cores. The others wait, fair
//! between networks, and within a network fair between accounts; repeated failures move an account or a network back.

use super::attempt::{AccountKey, Attempt, Source};
use super::history::{History, Priority};
use crate::domain::Clock;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Most attempts that wait. At 60 checks a second on one core, the last one waits as long as a GraphQL request may take.
const WAITING_MAX: usize = 512;
/// Every so many turns, the attempt that has waited longest is next, whatever its priority: nothing waits for ever.
const FAIR_TURN: u32 = 4;

/// Why an attempt was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Overloaded {
    /// The queue is full, and the attempt is of the network or account that has the most in it.
    #[error("too many attempts to sign in: try again later")]
    TooManyAttempts {
        /// After which it may be tried again.
        retry_after: TimeDelta,
    },
    /// The machine cannot hash passwords.
    #[error("passwords cannot be checked at the moment")]
    Machine,
}

/// Gives out turns to check a secret.
#[derive(Clone)]
pub struct AttemptQueue(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    waiting_max: usize,
}

struct State {
    /// Turns that nobody has.
    free: usize,
    waiting: usize,
    history: History,
    networks: HashMap<Source, NetworkLine>,
    /// Numbers arrivals and turns. The lower of two came earlier.
    sequence: u64,
    turns: u32,
}

/// The attempts of one network that wait.
struct NetworkLine {
    /// When it came to the line, or had its last turn.
    rank: u64,
    turns: u32,
    accounts: HashMap<AccountKey, AccountLine>,
}

/// The attempts on one account from one network that wait: first come, first served.
struct AccountLine {
    rank: u64,
    waiting: VecDeque<Waiter>,
}

struct Waiter {
    ticket: u64,
    attempt: Attempt,
    grant: oneshot::Sender<Result<Turn, Overloaded>>,
}

/// The right to check one secret; it ends when this is dropped.
pub struct Turn {
    /// None once it was given back.
    queue: Option<Arc<Shared>>,
    attempt: Attempt,
}

impl AttemptQueue {
    /// A queue with this many turns at a time.
    pub fn new(turns: usize, clock: Arc<dyn Clock>) -> Self {
        Self::with_capacity(turns, WAITING_MAX, clock)
    }

    /// A queue in which at most so many attempts wait.
    pub fn with_capacity(turns: usize, waiting_max: usize, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            free: turns.max(1),
            waiting: 0,
            history: History::default(),
            networks: HashMap::new(),
            sequence: 0,
            turns: 0,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), clock, waiting_max }))
    }

    /// Waits for a turn. An attempt whose future is dropped leaves the queue.
    ///
    /// # Errors
    /// [`Overloaded::TooManyAttempts`] when the queue is full and others have more right to a place.
    pub async fn turn(&self, attempt: Attempt) -> Result<Turn, Overloaded> {
        let (grant, granted) = oneshot::channel();
        let ticket = self.0.enter(attempt, grant);
        let _place = Place { queue: &self.0, attempt, ticket };
        granted.await.unwrap_or(Err(Overloaded::Machine))
    }

    /// Whether failures have moved attempts like this one back.
    pub fn is_penalised(&self, attempt: &Attempt) -> bool {
        let now = self.0.clock.now();
        self.0.state().history.between_networks(attempt, now).is_penalised()
    }

    /// Notes the outcome of an attempt that took no turn.
    pub fn note(&self, attempt: &Attempt, succeeded: bool) {
        self.0.note(attempt, succeeded);
    }
}

impl Turn {
    /// Notes the outcome, for the priority of the attempts that follow, and gives the turn back.
    pub fn end(self, succeeded: bool) {
        if let Some(queue) = &self.queue {
            queue.note(&self.attempt, succeeded);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            let mut state = queue.state();
            state.free += 1;
            queue.dispatch(&mut state);
        }
    }
}

/// A place in the queue. Dropping it leaves the queue, also when the request is cancelled; after the turn came it is nothing.
struct Place<'a> {
    queue: &'a Shared,
    attempt: Attempt,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.state().remove(&self.attempt, self.ticket);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, attempt: &Attempt, succeeded: bool) {
        let now = self.clock.now();
        let history = &mut self.state().history;
        match succeeded {
            true => history.succeeded(attempt, now),
            false => history.failed(attempt, now),
        }
    }

    fn enter(self: &Arc<Self>, attempt: Attempt, grant: oneshot::Sender<Result<Turn, Overloaded>>) -> u64 {
        let now = self.clock.now();
        let mut state = self.state();
        let ticket = state.add(attempt, grant);
        self.dispatch(&mut state);
        if state.waiting > self.waiting_max
            && let Some(crowded_out) = state.crowded_out(now)
        {
            let seconds = state.history.between_networks(&crowded_out.attempt, now).retry_seconds();
            // Clients are told whole seconds, rounded up.
            let retry_after = TimeDelta::milliseconds(i64::from(seconds) * 1000 - 1);
            // An error means that its request has been cancelled meanwhile.
            drop(crowded_out.grant.send(Err(Overloaded::TooManyAttempts { retry_after })));
        }
        ticket
    }

    /// Gives the free turns to those who are next.
    fn dispatch(self: &Arc<Self>, state: &mut State) {
        let now = self.clock.now();
        while state.free > 0
            && let Some(next) = state.next(now)
        {
            state.free -= 1;
            let turn = Turn { queue: Some(Arc::clone(self)), attempt: next.attempt };
            if let Err(Ok(mut turn)) = next.grant.send(Ok(turn)) {
                // Its request has been cancelled. The lock is held: the turn must not give itself back.
                turn.queue = None;
                state.free += 1;
            }
        }
    }
}

impl State {
    fn tick(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    fn add(&mut self, attempt: Attempt, grant: oneshot::Sender<Result<Turn, Overloaded>>) -> u64 {
        let ticket = self.tick();
        let network = self.networks.entry(attempt.source).or_insert_with(|| NetworkLine {
            rank: ticket,
            turns: 0,
            accounts: HashMap::new(),
        });
        let account = network
            .accounts
            .entry(attempt.account)
            .or_insert_with(|| AccountLine { rank: ticket, waiting: VecDeque::new() });
        account.waiting.push_back(Waiter { ticket, attempt, grant });
        self.waiting += 1;
        ticket
    }

    /// Takes the attempt whose turn is next: the network first, then its account.
    fn next(&mut self, now: DateTime<Utc>) -> Option<Waiter> {
        self.turns = self.turns.wrapping_add(1);
        let by_rank = self.turns.is_multiple_of(FAIR_TURN);
        let source = self.networks.iter().filter_map(|(source, network)| {
            let front = &network.next(&self.history, now)?.waiting.front()?.attempt;
            let priority =
                if by_rank { Priority::ORDINARY } else { self.history.between_networks(front, now) };
            Some((priority, network.rank, *source))
        });
        let (_, _, source) = source.min_by_key(|(priority, rank, _)| (*priority, *rank))?;
        let rank = self.tick();
        let network = self.networks.get_mut(&source)?;
        let attempt = network.next(&self.history, now)?.waiting.front()?.attempt;
        network.turns = network.turns.wrapping_add(1);
        network.rank = rank;
        let account = network.accounts.get_mut(&attempt.account)?;
        account.rank = rank;
        let waiter = account.waiting.pop_front();
        self.waiting -= usize::from(waiter.is_some());
        self.tidy(&attempt);
        waiter
    }

    /// Takes out the attempt that has to go because the queue is over its bound: the newest one of the account that has the
    /// most in it, within the network that has the most in it.
    fn crowded_out(&mut self, now: DateTime<Utc>) -> Option<Waiter> {
        let Self { networks, history, .. } = self;
        let network = networks.values_mut().max_by_key(|network| (network.waiting(), network.rank))?;
        let account = network.accounts.values_mut().max_by_key(|account| {
            let newest = account.waiting.back();
            let priority = newest.map(|waiter| history.in_network(&waiter.attempt, now));
            (account.waiting.len(), priority, newest.map(|waiter| waiter.ticket))
        })?;
        let waiter = account.waiting.pop_back()?;
        self.waiting -= 1;
        self.tidy(&waiter.attempt);
        Some(waiter)
    }

    fn remove(&mut self, attempt: &Attempt, ticket: u64) {
        let account = self.networks.get_mut(&attempt.source);
        let account = account.and_then(|network| network.accounts.get_mut(&attempt.account));
        let Some(account) = account else { return };
        let before = account.waiting.len();
        account.waiting.retain(|waiter| waiter.ticket != ticket);
        self.waiting -= before - account.waiting.len();
        self.tidy(attempt);
    }

    /// Forgets lines in which nobody waits.
    fn tidy(&mut self, attempt: &Attempt) {
        let Some(network) = self.networks.get_mut(&attempt.source) else { return };
        if network.accounts.get(&attempt.account).is_some_and(|account| account.waiting.is_empty()) {
            network.accounts.remove(&attempt.account);
        }
        if network.accounts.is_empty() {
            self.networks.remove(&attempt.source);
        }
    }
}

impl NetworkLine {
    fn waiting(&self) -> usize {
        self.accounts.values().map(|account| account.waiting.len()).sum()
    }

    /// The account whose turn is next within the network.
    fn next(&self, history: &History, now: DateTime<Utc>) -> Option<&AccountLine> {
        let by_rank = self.turns % FAIR_TURN == FAIR_TURN - 1;
        self.accounts.values().min_by_key(|account| {
            let front = account.waiting.front().filter(|_| !by_rank);
            (front.map(|waiter| history.in_network(&waiter.attempt, now)), account.rank)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::attempt::tests::attempt;
    use crate::domain::SystemClock;
    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;

    type Wait<'a> = BoxFuture<'a, Result<Turn, Overloaded>>;

    /// A queue with one turn, which is taken, and those who wait for it in the order in which they came.
    struct Scene<'a> {
        queue: &'a AttemptQueue,
        turn: Option<Turn>,
        waiting: Vec<(String, Wait<'a>)>,
    }

    impl<'a> Scene<'a> {
        fn new(queue: &'a AttemptQueue) -> Self {
            let turn = queue.turn(attempt("first", "203.0.113.1")).now_or_never();
            Self { queue, turn: turn.map(Result::unwrap), waiting: Vec::new() }
        }

        /// Somebody comes and waits, or is refused at once.
        fn come(&mut self, name: &str, address: &str) -> Option<Overloaded> {
            let mut wait = self.queue.turn(attempt(name, address)).boxed();
            match (&mut wait).now_or_never() {
                None => self.waiting.push((format!("{name} {address}"), wait)),
                Some(answer) => return Some(answer.err().unwrap()),
            }
            None
        }

        /// Ends the turn and says whose the next one is. All but the person of this name fail.
        fn next(&mut self, honest: &str) -> String {
            if let Some(turn) = self.turn.take() {
                let succeeded = turn.attempt.account == attempt(honest, "203.0.113.1").account;
                turn.end(succeeded);
            }
            let answered = |wait: &mut Wait<'a>| wait.now_or_never();
            for at in 0..self.waiting.len() {
                if let Some(answer) = answered(&mut self.waiting[at].1) {
                    self.turn = Some(answer.unwrap());
                    return self.waiting.remove(at).0;
                }
            }
            panic!("the turn went to nobody")
        }

        /// How many turns it takes until this person has theirs, with the others coming back after each of theirs.
        fn turns_until(&mut self, person: &str, comes_back: bool) -> usize {
            for turns in 1..1_000 {
                let next = self.next(person.split(' ').next().unwrap());
                if next == person {
                    return turns;
                }
                if comes_back {
                    let (name, address) = next.split_once(' ').unwrap();
                    self.come(name, address);
                }
            }
            panic!("{person} never had a turn")
        }
    }

    fn queue(capacity: usize) -> AttemptQueue {
        AttemptQueue::with_capacity(1, capacity, Arc::new(SystemClock))
    }

    #[test]
    fn guesses_at_one_account_do_not_delay_its_owner_on_another_network() {
        let queue = queue(512);
        let mut scene = Scene::new(&queue);
        (0..128).for_each(|_| assert_eq!(scene.come("amina", "192.0.2.1"), None));
        scene.come("amina", "198.51.100.7");
        assert!(scene.turns_until("amina 198.51.100.7", true) <= 2);
    }

    #[test]
    fn guesses_at_one_account_do_not_delay_others_on_the_same_network() {
        let queue = queue(512);
        let mut scene = Scene::new(&queue);
        (0..128).for_each(|_| assert_eq!(scene.come("amina", "192.0.2.1"), None));
        scene.come("bilal", "192.0.2.1");
        assert!(scene.turns_until("bilal 192.0.2.1", true) <= 2);
    }

    #[test]
    fn guesses_at_many_names_do_not_delay_another_network() {
        let queue = queue(512);
        let mut scene = Scene::new(&queue);
        (0..128).for_each(|n| assert_eq!(scene.come(&format!("guess{n}"), "192.0.2.1"), None));
        scene.come("amina", "198.51.100.7");
        assert!(scene.turns_until("amina 198.51.100.7", true) <= 2);
    }

    #[test]
    fn guesses_at_many_names_delay_their_own_network_by_one_round_at_most_and_known_people_hardly() {
        let queue = queue(512);
        let mut scene = Scene::new(&queue);
        (0..128).for_each(|n| assert_eq!(scene.come(&format!("guess{n}"), "192.0.2.1"), None));
        scene.come("amina", "192.0.2.1");
        assert!(scene.turns_until("amina 192.0.2.1", true) <= 129);
        assert_eq!(scene.next("amina").split(' ').next().unwrap().get(..5), Some("guess"));
        scene.come("amina", "192.0.2.1");
        assert!(scene.turns_until("amina 192.0.2.1", true) <= 2, "she has signed in from here");
    }

    #[test]
    fn repeated_failures_move_back_and_are_never_starved() {
        let queue = queue(512);
        (0..50).for_each(|_| queue.note(&attempt("guess", "192.0.2.1"), false));
        let mut scene = Scene::new(&queue);
        scene.come("guess", "192.0.2.1");
        (0..40).for_each(|n| assert_eq!(scene.come(&format!("p{n}"), &format!("198.51.100.{n}")), None));
        let turns = scene.turns_until("guess 192.0.2.1", true);
        assert!((2..=4).contains(&turns), "{turns}");
    }

    #[test]
    fn a_full_queue_refuses_whoever_has_the_most_in_it() {
        let queue = queue(8);
        let mut scene = Scene::new(&queue);
        (0..8).for_each(|_| assert_eq!(scene.come("amina", "192.0.2.1"), None));
        let Some(Overloaded::TooManyAttempts { retry_after }) = scene.come("amina", "192.0.2.1") else {
            panic!("the ninth guess was not refused")
        };
        assert_eq!(retry_after.num_seconds() + 1, 1);
        assert_eq!(scene.come("amina", "198.51.100.7"), None);
        let refused = (&mut scene.waiting[7].1).now_or_never().unwrap();
        assert!(matches!(refused, Err(Overloaded::TooManyAttempts { .. })), "the newest guess made room");
        drop(scene.waiting.remove(7));
        assert!(scene.turns_until("amina 198.51.100.7", false) <= 2);
    }

    #[test]
    fn who_gives_up_leaves_the_queue() {
        let queue = queue(8);
        let mut scene = Scene::new(&queue);
        (0..8).for_each(|_| assert_eq!(scene.come("amina", "192.0.2.1"), None));
        scene.waiting.clear();
        assert_eq!(queue.0.state().waiting, 0);
        assert!(queue.0.state().networks.is_empty());
        drop(scene.turn.take());
        assert_eq!(queue.0.state().free, 1);
    }
}
