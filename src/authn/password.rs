//! Passwords: argon2id, in the turns that the queue of attempts gives out.

use super::attempt::{Attempt, Checked, Source};
use super::queue::{AttemptQueue, Overloaded, Turn};
use crate::domain::{AcceptedPassword, Clock};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// Memory in KiB, rounds, lanes: the least that OWASP recommends (security A5).
const MEMORY_KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;
/// No stored hash may ask for more memory or work than this (security A6).
const MEMORY_KIB_MAX: u32 = 64 * 1024;
const ROUNDS_MAX: u32 = 10;

/// Hashes and checks passwords, as many at a time as there are cores: each takes 19 MiB.
#[derive(Clone)]
pub struct Passwords {
    queue: AttemptQueue,
    /// Checked against when there is no account, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// # Errors
    /// [`Overloaded::Machine`] when the machine cannot hash at all.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, Overloaded> {
        let turns = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { queue: AttemptQueue::new(turns, clock), decoy: hash(b"nobody's password")?.into() })
    }

    /// Passwords whose attempts wait in this queue.
    #[must_use]
    pub fn with_queue(self, queue: AttemptQueue) -> Self {
        Self { queue, ..self }
    }

    /// The queue in which attempts wait.
    pub fn queue(&self) -> &AttemptQueue {
        &self.queue
    }

    /// Returns the PHC string of a password that its rule accepted.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn hash(&self, password: AcceptedPassword) -> Result<String, Overloaded> {
        let turn = self.queue.turn(Attempt::new(Checked::NewPassword, Source::Gateway)).await?;
        run(move || {
            let hash = hash(password.expose_secret().as_bytes());
            drop(turn);
            hash
        })
        .await?
    }

    /// Whether the password fits the PHC string. Without one it takes as long and is no. Uses the turn up, and notes the
    /// outcome in the history of attempts.
    ///
    /// # Errors
    /// [`Overloaded::Machine`].
    pub async fn verify(
        &self,
        turn: Turn,
        stored: Option<&str>,
        given: &SecretString,
    ) -> Result<bool, Overloaded> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.decoy).to_owned();
        // As when it was set: composed, and refused before it is hashed when it is too long to have been.
        let given = given.expose_secret();
        if given.len() > crate::domain::person::PASSWORD_MAX * 4 {
            turn.end(false);
            return Ok(false);
        }
        let given: SecretString = given.nfc().collect::<String>().into();
        // A hash cannot be interrupted: when the request is cancelled, it keeps its turn until it is done, and its outcome
        // counts all the same.
        run(move || {
            let fits = known & verify(&stored, given.expose_secret().as_bytes());
            turn.end(fits);
            fits
        })
        .await
    }
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Overloaded> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Overloaded::Machine)
}

fn argon2() -> Result<Argon2<'static>, Overloaded> {
    let params = Params::new(MEMORY_KIB, ROUNDS, 1, None).map_err(|_| Overloaded::Machine)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, Overloaded> {
    Ok(argon2()?.hash_password(password).map_err(|_| Overloaded::Machine)?.to_string())
}

fn verify(stored: &str, given: &[u8]) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    let Ok(params) = Params::try_from(&stored) else { return false };
    if params.m_cost() > MEMORY_KIB_MAX || params.t_cost() > ROUNDS_MAX {
        return false;
    }
    Argon2::default().verify_password(given, &stored).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PasswordRule, Strength};

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let passwords = Passwords::new(Arc::new(crate::domain::SystemClock)).unwrap();
        let rule = PasswordRule::of_worker(Strength::OfItsLength, Vec::new());
        let stored = passwords.hash(rule.check("qwer1234").unwrap()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for (stored, given, fits) in [
            (Some(stored.as_str()), "qwer1234", true),
            (Some(&stored), "qwer1235", false),
            (None, "nobody's password", false),
        ] {
            let turn = passwords.queue().turn(Attempt::new(Checked::Password("a"), None)).await.unwrap();
            assert_eq!(passwords.verify(turn, stored, &given.to_owned().into()).await, Ok(fits), "{given}");
        }
    }

    #[test]
    fn a_stored_hash_that_asks_for_too_much_is_no() {
        let greedy =
            "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo";
        assert!(!verify(greedy, b"x"));
    }
}
