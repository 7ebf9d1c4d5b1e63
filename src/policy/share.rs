//! What one project space's own policies may take of the machine: so many questions at a time, and so much time in the
//! long run. A question over that waits, without a thread, and is not answered when the wait would be too long. So a space
//! with a slow policy slows itself, and never another one. `standard` is shared by all and has no share.

use super::config::PolicyConfig;
use super::error::PolicyError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, SemaphorePermit};

/// A question waits at most so long for its turn.
const PATIENCE: Duration = Duration::from_secs(1);
/// What may be taken at once by a space that has taken nothing for a while, in seconds' worth of its share.
const BURST: u32 = 4;
/// A policy that thought longer than this is expected to do so again: it leaves the thread to others while it thinks.
const SLOW: Duration = Duration::from_millis(1);

/// One project space's share.
pub(super) struct Share {
    turns: Semaphore,
    /// How long a second's worth of the share takes to be earned again, as a multiple of what was taken.
    price: f64,
    /// How much may be owed before questions wait.
    burst: Duration,
    /// How long a question waits at most.
    patience: Duration,
    began: Instant,
    /// Nanoseconds since `began` at which all that was taken is earned again.
    settled_at: AtomicU64,
    slow: AtomicBool,
}

/// The right to put one question, from when it begins to when it ends.
pub(super) struct Turn<'a> {
    share: &'a Share,
    _permit: SemaphorePermit<'a>,
    began: Instant,
}

impl Share {
    pub(super) fn new(config: &PolicyConfig) -> Self {
        let per_second = config.time_per_second.max(Duration::from_millis(1));
        Self {
            turns: Semaphore::new(config.questions_at_a_time()),
            price: 1.0 / per_second.as_secs_f64(),
            burst: Duration::from_secs(1).saturating_mul(BURST),
            patience: PATIENCE,
            began: Instant::now(),
            settled_at: AtomicU64::new(0),
            slow: AtomicBool::new(false),
        }
    }

    /// Waits for a turn, and until enough is earned again.
    pub(super) async fn turn(&self) -> Result<Turn<'_>, PolicyError> {
        let permit = match self.turns.try_acquire() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(self.patience, self.turns.acquire())
                .await
                .ok()
                .and_then(Result::ok)
                .ok_or(PolicyError::Crowded)?,
        };
        let wait = self.wait()?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(Turn { share: self, _permit: permit, began: Instant::now() })
    }

    /// How long until enough is earned again.
    fn wait(&self) -> Result<Duration, PolicyError> {
        let wait = self.owed().saturating_sub(self.burst);
        if wait > self.patience { Err(PolicyError::OverBudget) } else { Ok(wait) }
    }

    fn now(&self) -> u64 {
        nanoseconds(self.began.elapsed())
    }

    fn owed(&self) -> Duration {
        Duration::from_nanos(self.settled_at.load(Ordering::Relaxed).saturating_sub(self.now()))
    }

    fn charge(&self, taken: Duration) {
        let price = nanoseconds(taken.mul_f64(self.price));
        let now = self.now();
        // The generic cell rate algorithm: one number says what is owed, and time pays it back.
        let after = |before: u64| Some(before.max(now).saturating_add(price));
        let _ = self.settled_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after);
        let slow = taken > SLOW;
        // Read first: an unconditional store would have all threads fight for this line of cache.
        if self.slow.load(Ordering::Relaxed) != slow {
            self.slow.store(slow, Ordering::Relaxed);
        }
    }
}

impl Turn<'_> {
    /// Puts the question. A slow policy's thread hands its other work to another one first.
    pub(super) fn take<T>(&self, ask: impl FnOnce() -> T) -> T {
        let can_hand_over =
            || Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread);
        if self.share.slow.load(Ordering::Relaxed) && can_hand_over() {
            tokio::task::block_in_place(ask)
        } else {
            ask()
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.share.charge(self.began.elapsed());
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A share of 250 ms in a second, and one question at a time, which waits for none.
    fn share() -> Share {
        Share { turns: Semaphore::new(1), patience: Duration::ZERO, ..Share::new(&PolicyConfig::default()) }
    }

    #[tokio::test]
    async fn who_has_taken_too_much_is_not_answered() {
        let share = Share { patience: PATIENCE, ..share() };
        assert!(share.turn().await.is_ok());
        // A quarter of a second a second is four seconds for each: the burst is used up, and two seconds more.
        share.charge(Duration::from_millis(1_500));
        assert!(matches!(share.turn().await, Err(PolicyError::OverBudget)));
        // Another space has its own.
        assert!(Share::new(&PolicyConfig::default()).turn().await.is_ok());
    }

    #[test]
    fn who_has_taken_a_little_too_much_waits_until_it_is_earned_again() {
        let share = Share { patience: PATIENCE, ..share() };
        share.charge(Duration::from_millis(900));
        assert_eq!(share.wait().unwrap(), Duration::ZERO);
        share.charge(Duration::from_millis(300));
        let wait = share.wait().unwrap();
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(800), "{wait:?}");
    }

    #[tokio::test]
    async fn a_question_waits_for_its_turn_and_not_for_ever() {
        let share = share();
        let turn = share.turn().await.unwrap();
        assert!(matches!(share.turn().await, Err(PolicyError::Crowded)));
        drop(turn);
        assert!(share.turn().await.is_ok());
    }

    #[test]
    fn what_was_settled_long_ago_is_no_credit() {
        let share = share();
        share.settled_at.store(0, Ordering::Relaxed);
        assert_eq!(share.owed(), Duration::ZERO);
        share.charge(Duration::from_secs(1));
        let owed = share.owed();
        assert!(owed > Duration::from_secs(3) && owed <= Duration::from_secs(4), "{owed:?}");
    }
}
