//! Passwords: argon2id, a bounded number at a time.

use crate::domain::AcceptedPassword;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Memory in KiB, rounds, lanes: the least that OWASP recommends (security A5).
const MEMORY_KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;
/// No stored hash may ask for more memory or work than this (security A6).
const MEMORY_KIB_MAX: u32 = 64 * 1024;
const ROUNDS_MAX: u32 = 10;
/// How many may wait for their turn before the next one is turned away.
const WAITING_MAX: usize = 64;

/// Hashes and checks passwords, as many at a time as there are cores: each takes 19 MiB.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    /// Checked against when there is no account, so that the answer takes as long.
    decoy: Arc<str>,
}

/// Too many at once, or the machine could not do it.
#[derive(Debug, thiserror::Error)]
#[error("too many passwords are being checked at the moment")]
pub struct Overloaded;

impl Passwords {
    /// # Errors
    /// [`Overloaded`] when the machine cannot hash at all.
    pub fn new() -> Result<Self, Overloaded> {
        let turns = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            turns: Arc::new(Semaphore::new(turns)),
            waiting: Arc::default(),
            decoy: hash(b"nobody's password")?.into(),
        })
    }

    /// Returns the PHC string of a password that its rule accepted.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn hash(&self, password: AcceptedPassword) -> Result<String, Overloaded> {
        self.in_turn(move || hash(password.expose_secret().as_bytes())).await?
    }

    /// Whether the password fits the PHC string. Without one it takes as long and is no.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn verify(&self, stored: Option<&str>, given: &SecretString) -> Result<bool, Overloaded> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.decoy).to_owned();
        // As when it was set: composed, and refused before it is hashed when it is too long to have been.
        let given = given.expose_secret();
        if given.len() > crate::domain::person::PASSWORD_MAX * 4 {
            return Ok(false);
        }
        let given: SecretString = given.nfc().collect::<String>().into();
        let fits = self.in_turn(move || verify(&stored, given.expose_secret().as_bytes())).await?;
        Ok(known && fits)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Overloaded> {
        let _place = Place::take(&self.waiting)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Overloaded)?;
        // A hash cannot be interrupted: one whose request was cancelled keeps its turn until it is done.
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Overloaded)
    }
}

/// A place in the queue, given back also when the request is cancelled.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, Overloaded> {
        if waiting.fetch_add(1, Ordering::Relaxed) >= WAITING_MAX {
            waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Overloaded);
        }
        Ok(Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2() -> Result<Argon2<'static>, Overloaded> {
    let params = Params::new(MEMORY_KIB, ROUNDS, 1, None).map_err(|_| Overloaded)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, Overloaded> {
    Ok(argon2()?.hash_password(password).map_err(|_| Overloaded)?.to_string())
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
        let passwords = Passwords::new().unwrap();
        let rule = PasswordRule::of_worker(Strength::OfItsLength, Vec::new());
        let stored = passwords.hash(rule.check("qwer1234").unwrap()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify(Some(&stored), &"qwer1234".to_owned().into()).await.unwrap());
        assert!(!passwords.verify(Some(&stored), &"qwer1235".to_owned().into()).await.unwrap());
        assert!(!passwords.verify(None, &"nobody's password".to_owned().into()).await.unwrap());
    }

    #[test]
    fn a_stored_hash_that_asks_for_too_much_is_no() {
        let greedy =
            "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo";
        assert!(!verify(greedy, b"x"));
    }

    #[test]
    fn the_queue_has_an_end() {
        let waiting = AtomicUsize::new(0);
        let places: Vec<_> = (0..WAITING_MAX).map(|_| Place::take(&waiting).unwrap()).collect();
        assert!(Place::take(&waiting).is_err());
        drop(places);
        assert!(Place::take(&waiting).is_ok());
    }
}
