//! Instances that outlive a question: an interpreter takes longer to start than to answer. They belong to one module of
//! one project space's stack, so nothing passes from one space to another; one that faulted is gone at once, and one that
//! has grown, or has answered often, is not kept any longer.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// After so many questions an instance has served its time: what it leaks, it leaks so often.
const QUESTIONS_MAX: u32 = 10_000;

/// The instances of one module: so many at most, at work or idle.
pub(super) struct Kept<T> {
    max: usize,
    state: Mutex<State<T>>,
    returned: Condvar,
}

struct State<T> {
    idle: Vec<T>,
    /// Idle or at work.
    alive: usize,
}

/// The right to one instance, and the idle one that there was.
pub(super) struct Turn<'a, T> {
    kept: &'a Kept<T>,
    pub(super) idle: Option<T>,
}

/// What is kept says whether it is still worth keeping.
pub(super) trait Worn {
    /// How many questions it has answered, and whether it has grown too big.
    fn wear(&self) -> (u32, bool);
}

impl<T: Worn> Kept<T> {
    pub(super) fn new(max: usize) -> Self {
        Self { max, state: Mutex::new(State { idle: Vec::new(), alive: 0 }), returned: Condvar::new() }
    }

    /// An idle instance, or the right to make one; nothing when all are at work for as long as this.
    pub(super) fn turn(&self, patience: Duration) -> Option<Turn<'_, T>> {
        let until = Instant::now() + patience;
        let mut state = self.locked();
        loop {
            if let Some(idle) = state.idle.pop() {
                return Some(Turn { kept: self, idle: Some(idle) });
            }
            if state.alive < self.max {
                state.alive += 1;
                return Some(Turn { kept: self, idle: None });
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            state = self.returned.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn locked(&self) -> MutexGuard<'_, State<T>> {
        // A panic while it was locked left it whole: nothing in here can.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Worn> Turn<'_, T> {
    /// Gives the instance back after an answer. Without this, dropping the turn drops the right alone.
    pub(super) fn give_back(mut self, instance: T) {
        let (questions, grown) = instance.wear();
        if questions < QUESTIONS_MAX && !grown {
            self.idle = Some(instance);
        }
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let mut state = self.kept.state.lock().unwrap_or_else(PoisonError::into_inner);
        match self.idle.take() {
            Some(idle) => state.idle.push(idle),
            None => state.alive = state.alive.saturating_sub(1),
        }
        drop(state);
        self.kept.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Instance(u32, bool);

    impl Worn for Instance {
        fn wear(&self) -> (u32, bool) {
            (self.0, self.1)
        }
    }

    #[test]
    fn an_instance_that_was_given_back_is_the_next_one() {
        let kept = Kept::new(1);
        let turn = kept.turn(Duration::ZERO).unwrap();
        assert!(turn.idle.is_none() && kept.turn(Duration::ZERO).is_none(), "one at a time");
        turn.give_back(Instance(7, false));
        assert_eq!(kept.turn(Duration::ZERO).unwrap().idle.as_ref().unwrap().0, 7);
    }

    #[test]
    fn what_faulted_or_is_worn_makes_room_for_a_fresh_one() {
        let kept = Kept::new(1);
        drop(kept.turn(Duration::ZERO).unwrap());
        for worn in [Instance(QUESTIONS_MAX, false), Instance(1, true)] {
            let turn = kept.turn(Duration::ZERO).unwrap();
            assert!(turn.idle.is_none());
            turn.give_back(worn);
        }
        assert!(kept.turn(Duration::ZERO).unwrap().idle.is_none());
    }

    #[test]
    fn a_question_waits_for_an_instance_to_come_back() {
        let kept = Kept::<Instance>::new(1);
        let turn = kept.turn(Duration::ZERO).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| kept.turn(Duration::from_secs(60)).unwrap().idle.take().unwrap().0);
            turn.give_back(Instance(3, false));
            assert_eq!(waiting.join().unwrap(), 3);
        });
    }
}
