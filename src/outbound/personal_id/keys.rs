//! The keys that an issuer publishes: read when they are first needed, kept for a while, read again when a token names one
//! that is not among them, as issuers change their keys.

use crate::domain::Clock;
use crate::outbound::https::is_loopback;
use crate::service::{FetchError, Https};
use arc_swap::ArcSwapOption;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value as Json;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long keys are taken without another look.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long they are taken while the issuer cannot be asked.
const USABLE: TimeDelta = TimeDelta::hours(24);
/// The issuer is asked no more often than this, however many tokens name keys that nobody knows.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// Most keys that are kept.
const KEYS_MAX: usize = 32;
/// Longest name of a key, in bytes.
const KEY_ID_MAX: usize = 256;

/// The keys of one issuer.
pub struct Keys {
    issuer: String,
    https: Arc<dyn Https>,
    clock: Arc<dyn Clock>,
    known: ArcSwapOption<KeySet>,
    /// When the issuer was last asked. Held while it is.
    asked_at: Mutex<Option<DateTime<Utc>>>,
}

struct KeySet {
    keys: Vec<(String, Algorithm, DecodingKey)>,
    read_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Json>,
}

impl KeySet {
    fn find(&self, id: &str, algorithm: Algorithm) -> Option<DecodingKey> {
        let key = self.keys.iter().find(|(of, kind, _)| of == id && *kind == algorithm);
        key.map(|(_, _, key)| key.clone())
    }
}

impl Keys {
    /// The keys of this issuer, none of which is read yet.
    pub fn of(issuer: String, https: Arc<dyn Https>, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, https, clock, known: ArcSwapOption::empty(), asked_at: Mutex::new(None) }
    }

    /// The key of this name, if the issuer publishes one for this algorithm.
    ///
    /// # Errors
    /// [`FetchError`]: the issuer cannot be asked, and what is known does not answer.
    pub async fn find(&self, id: &str, algorithm: Algorithm) -> Result<Option<DecodingKey>, FetchError> {
        if let Some(key) = self.known_for(FRESH, id, algorithm) {
            return Ok(Some(key));
        }
        let stale = self.known_for(USABLE, id, algorithm);
        // While somebody else asks, what was good an hour ago still is.
        let mut asked_at = match (self.asked_at.try_lock(), stale) {
            (Ok(guard), _) => guard,
            (Err(_), Some(key)) => return Ok(Some(key)),
            (Err(_), None) => self.asked_at.lock().await,
        };
        // They may have found it in the meantime.
        if let Some(key) = self.known_for(FRESH, id, algorithm) {
            return Ok(Some(key));
        }
        let now = self.clock.now();
        if asked_at.is_some_and(|at| at <= now && now < at + PAUSE) {
            let is_known = self.known.load().as_ref().is_some_and(|set| now < set.read_at + USABLE);
            return match self.known_for(USABLE, id, algorithm) {
                None if !is_known => Err(self.unreadable("it could not be read a moment ago")),
                found => Ok(found),
            };
        }
        *asked_at = Some(now);
        match self.read().await {
            Ok(keys) => {
                let set = KeySet { keys, read_at: now };
                let found = set.find(id, algorithm);
                tracing::info!("read the {} keys of PersonalID", set.keys.len());
                self.known.store(Some(Arc::new(set)));
                Ok(found)
            }
            Err(error) => match self.known_for(USABLE, id, algorithm) {
                Some(key) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "PersonalID cannot be asked for its keys: those from before are used"
                    );
                    Ok(Some(key))
                }
                None => Err(error),
            },
        }
    }

    fn known_for(&self, age: TimeDelta, id: &str, algorithm: Algorithm) -> Option<DecodingKey> {
        let known = self.known.load();
        let set = known.as_ref().filter(|set| self.clock.now() < set.read_at + age)?;
        set.find(id, algorithm)
    }

    async fn read(&self) -> Result<Vec<(String, Algorithm, DecodingKey)>, FetchError> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let discovery = self.https.get(&address).await?;
        let discovery: Discovery =
            serde_json::from_slice(&discovery).map_err(|_| self.unreadable("it is no OpenID provider"))?;
        // An issuer speaks for itself alone (OpenID Connect Discovery §4.3).
        if discovery.issuer != self.issuer {
            return Err(self.unreadable("it says that it is another issuer"));
        }
        let is_safe = discovery.jwks_uri.starts_with("https://")
            || (is_loopback(&self.issuer) && is_loopback(&discovery.jwks_uri));
        if !is_safe {
            return Err(self.unreadable("its keys are not to be had over HTTPS"));
        }
        let published = self.https.get(&discovery.jwks_uri).await?;
        let published: Published =
            serde_json::from_slice(&published).map_err(|_| self.unreadable("its keys make no sense"))?;
        Ok(published.keys.into_iter().filter_map(usable).take(KEYS_MAX).collect())
    }

    fn unreadable(&self, reason: &str) -> FetchError {
        FetchError { url: self.issuer.clone(), reason: reason.to_owned() }
    }
}

/// A key that we can check signatures with. Others are passed over (RFC 7517 §5).
fn usable(key: Json) -> Option<(String, Algorithm, DecodingKey)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let id = key.common.key_id.clone().filter(|id| id.len() <= KEY_ID_MAX)?;
    let (algorithm, named) = match &key.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let is_for_signatures =
        key.common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature)
            && key.common.key_operations.as_ref().is_none_or(|may| may.contains(&KeyOperations::Verify));
    let says_so = key.common.key_algorithm.as_ref().is_none_or(|says| *says == named);
    if !is_for_signatures || !says_so {
        return None;
    }
    Some((id, algorithm, DecodingKey::from_jwk(&key).ok()?))
}
