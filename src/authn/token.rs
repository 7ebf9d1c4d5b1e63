//! Access tokens: short-lived JWTs (RFC 9068), signed with one algorithm and one key. What their bearer may do is read
//! from the database at each request; the token only names the session.

use super::secret::Secret;
use crate::domain::{Identity, SessionId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// How long an access token is valid (security S5).
const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Tolerated difference between two gateways' clocks.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Longest token that is looked at, in bytes (security S3).
const TOKEN_MAX: usize = 8 * 1024;
const TYPE: &str = "at+jwt";
const ISSUER: &str = "fieldgate";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The session it belongs to.
    pub session: SessionId,
    /// When it stops being valid.
    pub expires_at: DateTime<Utc>,
}

/// The gateway's key: signs access tokens and page cursors, and makes the tokens of links.
#[derive(Clone)]
pub struct TokenKey {
    bytes: [u8; 32],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl TokenKey {
    /// A key of 256 random bits.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { bytes }
    }

    /// A token for a session.
    ///
    /// # Errors
    /// An error of the library, which signing with a symmetric key does not make.
    pub fn issue(
        &self,
        session: SessionId,
        owner: Identity,
        now: DateTime<Utc>,
    ) -> Result<(String, DateTime<Utc>), jsonwebtoken::errors::Error> {
        let expires_at = now + LIFETIME;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sub: owner.id().unwrap_or_default(),
            sid: session.hex(),
            jti: SessionId::fresh(now).hex(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
        let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&self.bytes))?;
        Ok((token, expires_at))
    }

    /// The content of a token that this gateway made and that is valid now.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<AccessToken> {
        let (token, valid_from) = self.read(token)?;
        (token.expires_at + LEEWAY > now && valid_from - LEEWAY <= now).then_some(token)
    }

    /// Whether this gateway made the token and it was valid until some time before now.
    pub fn has_expired(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.read(token).is_some_and(|(token, _)| token.expires_at + LEEWAY <= now)
    }

    /// The content of a token that this gateway made, and from when it is valid.
    fn read(&self, token: &str) -> Option<(AccessToken, DateTime<Utc>)> {
        if token.len() > TOKEN_MAX || !has_plain_header(token) {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        // Time is checked by the caller: the library asks the machine, and tests move the clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let key = DecodingKey::from_secret(&self.bytes);
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).ok()?.claims;
        let expires_at = DateTime::from_timestamp(claims.exp, 0)?;
        let valid_from = DateTime::from_timestamp(claims.nbf, 0)?;
        Some((AccessToken { session: SessionId::parse(&claims.sid).ok()?, expires_at }, valid_from))
    }

    /// The refresh token that this one is exchanged for: the same each time.
    pub fn successor(&self, prefix: &str, token: &Secret) -> Secret {
        Secret::of(prefix, &self.derive("refresh", &token.hash()))
    }

    /// The first 16 bytes of SHA-256 over key and text, in the HMAC construction: a seal for page cursors.
    pub fn seal(&self, text: &[u8]) -> Vec<u8> {
        hmac(&self.bytes, &[b"page cursor", text]).into_iter().take(16).collect()
    }

    /// What every mask begins with.
    pub const MASK: &'static str = "masked:";

    /// What stands for a text in records that must not hold it: the same for the same text of one owner, and nobody
    /// finds the text from it without the key.
    pub fn mask(&self, owner: &str, text: &str) -> String {
        let key = hmac(&self.bytes, &[b"key for masks of ", owner.as_bytes()]);
        let mask = hmac(&key, &[text.as_bytes()]);
        let digits: String = mask.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{}{digits}", Self::MASK)
    }

    /// HMAC-SHA256 of a text under a key of its own, which is derived from the gateway's for this purpose alone.
    pub(super) fn derive(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        hmac(&hmac(&self.bytes, &[b"key for ", purpose.as_bytes()]), &[text])
    }
}

fn hmac(key: &[u8; 32], texts: &[&[u8]]) -> [u8; 32] {
    use hmac::{Hmac, KeyInit, Mac};
    // The construction fills a key up to the hash's block, which has 64 bytes, with zeros.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(byte, of_key)| *byte = *of_key);
    let mut mac = Hmac::<sha2::Sha256>::new((&block).into());
    for text in texts {
        mac.update(text);
    }
    mac.finalize().into_bytes().into()
}

/// Only `alg` and `typ`, and those as we write them: nothing in a header may choose how it is checked (RFC 8725 §3.1).
fn has_plain_header(token: &str) -> bool {
    let header = token.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let header = header.and_then(|bytes| serde_json::from_slice::<Map<String, Json>>(&bytes).ok());
    header.is_some_and(|header| {
        header.len() == 2
            && header.get("alg").and_then(Json::as_str) == Some("HS256")
            && header.get("typ").and_then(Json::as_str) == Some(TYPE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn signed(header: &str, claims: &str) -> String {
        use hmac::{Hmac, KeyInit, Mac};
        let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(body.as_bytes());
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    const HEADER: &str = r#"{"typ":"at+jwt","alg":"HS256"}"#;

    fn claims(extra: &str) -> String {
        format!(
            r#"{{"iss":"fieldgate","aud":"fieldgate","sub":"wu_1","sid":"{}","jti":"x","iat":1790000000,"nbf":1790000000,"exp":1790000600{extra}}}"#,
            Uuid::nil().as_simple()
        )
    }

    #[test]
    fn our_own_token_is_taken_until_it_expires() {
        let key = TokenKey::new([7; 32]);
        let (token, expires_at) = key.issue(SessionId(Uuid::nil()), Identity::System, now()).unwrap();
        assert_eq!(key.verify(&token, now()).unwrap().session, SessionId(Uuid::nil()));
        assert_eq!(key.verify(&token, expires_at + LEEWAY), None);
        assert!(key.has_expired(&token, expires_at + LEEWAY));
        assert!(!key.has_expired(&token, expires_at));
        assert!(!TokenKey::new([8; 32]).has_expired(&token, expires_at + LEEWAY));
        assert_eq!(key.verify(&token, now() - TimeDelta::minutes(2)), None);
        assert_eq!(TokenKey::new([8; 32]).verify(&token, now()), None);
    }

    #[test]
    fn what_we_do_not_write_is_refused_even_with_the_right_signature() {
        let key = TokenKey::new([7; 32]);
        assert!(key.verify(&signed(HEADER, &claims("")), now()).is_some(), "the control");
        for header in [
            r#"{"alg":"HS256"}"#,
            r#"{"typ":"JWT","alg":"HS256"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","crit":["b64"]}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"1"}"#,
            r#"{"typ":"at+jwt","alg":"none"}"#,
            r#"{"typ":"at+jwt","alg":"HS512"}"#,
        ] {
            assert!(key.verify(&signed(header, &claims("")), now()).is_none(), "{header}");
        }
        for wrong in [
            claims(r#","admin":true"#),
            claims("").replace("\"aud\":\"fieldgate\"", "\"aud\":\"other\""),
            claims("").replace("\"iss\":\"fieldgate\"", "\"iss\":\"other\""),
            claims("").replace("\"exp\":1790000600", "\"exp\":\"1790000600\""),
            claims("").replace("\"nbf\":1790000000,", ""),
        ] {
            assert!(key.verify(&signed(HEADER, &wrong), now()).is_none(), "{wrong}");
        }
    }
}
