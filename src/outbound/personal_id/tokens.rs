//! Whose a token is: a JWT that PersonalID signed for this gateway (RFC 7519, RFC 8725, OpenID Connect Core §3.1.3.7).

use super::keys::Keys;
use crate::domain::personal_id::{SUBJECT_MAX, USERNAME_MAX};
use crate::domain::{Clock, PersonalIdAccount};
use crate::service::Https;
use crate::service::personal_id::{PersonalIdTokens, TokenError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Longest token that is looked at, in bytes (security S3).
const TOKEN_MAX: usize = 8 * 1024;
/// Tolerated difference between the issuer's clock and ours.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The kinds of tokens that name their bearer: ID tokens, and access tokens of RFC 9068.
const TYPES: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

/// Checks tokens against the keys of one issuer.
pub struct OpenIdTokens {
    issuer: String,
    audience: String,
    keys: Keys,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Claims {
    // The library takes a list too, of which one fits.
    iss: String,
    sub: String,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    preferred_username: Option<String>,
}

impl OpenIdTokens {
    /// The tokens of this issuer that are for this audience.
    pub fn of(issuer: String, audience: String, https: Arc<dyn Https>, clock: Arc<dyn Clock>) -> Self {
        let keys = Keys::of(issuer.clone(), https, Arc::clone(&clock));
        Self { issuer, audience, keys, clock }
    }

    fn account(&self, claims: Claims) -> Result<PersonalIdAccount, TokenError> {
        if claims.iss != self.issuer {
            return Err(TokenError::Invalid("it is of another issuer"));
        }
        let now = self.clock.now();
        let expires_at = moment(claims.exp)?;
        if expires_at + SKEW <= now {
            return Err(TokenError::Invalid("it has expired"));
        }
        let from = [Some(claims.iat), claims.nbf];
        for from in from.into_iter().flatten() {
            if moment(from)? - SKEW > now {
                return Err(TokenError::Invalid("it is not valid yet"));
            }
        }
        let subject = claims.sub;
        let is_plain = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        if !is_plain(&subject) || subject.len() > SUBJECT_MAX {
            return Err(TokenError::Invalid("its subject makes no sense"));
        }
        let username = claims.preferred_username.as_deref().map(str::trim).filter(|name| is_plain(name));
        let username = username.unwrap_or(&subject).chars().take(USERNAME_MAX).collect();
        Ok(PersonalIdAccount { issuer: self.issuer.clone(), subject, username })
    }
}

#[async_trait::async_trait]
impl PersonalIdTokens for OpenIdTokens {
    async fn verify(&self, token: &str) -> Result<PersonalIdAccount, TokenError> {
        let (algorithm, key_id) = header(token)?;
        let key = self.keys.find(&key_id, algorithm).await.map_err(TokenError::Unavailable)?;
        let key = key.ok_or(TokenError::Invalid("its key is not among those that the issuer publishes"))?;
        // The algorithm is the key's: the header only names the key (RFC 8725 §3.1).
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        // Time is ours to check: the library asks the machine, and tests move the clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation);
        let claims = claims.map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => {
                TokenError::Invalid("its signature is wrong")
            }
            jsonwebtoken::errors::ErrorKind::InvalidIssuer => TokenError::Invalid("it is of another issuer"),
            jsonwebtoken::errors::ErrorKind::InvalidAudience => {
                TokenError::Invalid("it is for somebody else")
            }
            _ => TokenError::Invalid("it makes no sense"),
        })?;
        self.account(claims.claims)
    }
}

/// What a header says of how to check the token: one of two algorithms, and a key that the issuer publishes. Nothing else
/// may stand there: no key of its own, no address of one, no rule to be understood (security S3).
fn header(token: &str) -> Result<(Algorithm, String), TokenError> {
    if token.len() > TOKEN_MAX {
        return Err(TokenError::Invalid("it is too long"));
    }
    let wrong = || TokenError::Invalid("its header makes no sense");
    let header = token.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let header = header.and_then(|bytes| serde_json::from_slice::<Map<String, Json>>(&bytes).ok());
    let header = header.ok_or_else(wrong)?;
    if header.keys().any(|name| !["alg", "kid", "typ"].contains(&name.as_str())) {
        return Err(TokenError::Invalid("its header says more than it may"));
    }
    let text = |name: &str| header.get(name).and_then(Json::as_str);
    let algorithm = match text("alg").ok_or_else(wrong)? {
        "RS256" => Algorithm::RS256,
        "ES256" => Algorithm::ES256,
        _ => return Err(TokenError::Invalid("its algorithm is not one of those that are taken")),
    };
    let is_known = |kind: &str| TYPES.contains(&kind.to_ascii_lowercase().as_str());
    if header.contains_key("typ") && !text("typ").is_some_and(is_known) {
        return Err(TokenError::Invalid("it is another kind of token"));
    }
    let key_id = text("kid").ok_or(TokenError::Invalid("it does not name its key"))?;
    Ok((algorithm, key_id.to_owned()))
}

/// Seconds since 1970, as RFC 7519 has them: perhaps with a fraction, never absurd.
fn moment(seconds: f64) -> Result<DateTime<Utc>, TokenError> {
    let wrong = TokenError::Invalid("its times make no sense");
    if !(0.0..=1e11).contains(&seconds) {
        return Err(wrong);
    }
    // In range, and the fraction is of no interest.
    DateTime::from_timestamp(seconds as i64, 0).ok_or(wrong)
}
