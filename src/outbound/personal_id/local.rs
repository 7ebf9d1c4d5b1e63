//! An issuer of our own with PersonalID's protocol: for the demo, and for tests. It believes whoever says who they are.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// How long its tokens are valid.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// The bytes by which PKCS #8 wraps an RSA key of 2048 bits, which PKCS #1 has without.
const PKCS8_WRAP: usize = 26;

/// The issuer's key could not be made, or does not sign.
#[derive(Debug, thiserror::Error)]
#[error("the cryptography of this build cannot make or use a key")]
pub struct NoKey;

/// A key that signs tokens.
pub struct LocalKey {
    id: String,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl LocalKey {
    /// A new one for ES256.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn es256() -> Result<Self, NoKey> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let document = document.map_err(|_| NoKey)?;
        Self::of(Algorithm::ES256, EncodingKey::from_ec_der(document.as_ref()))
    }

    /// A new one for RS256, of 2048 bits.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn rs256() -> Result<Self, NoKey> {
        let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(|_| NoKey)?;
        let document = pair.as_der().map_err(|_| NoKey)?;
        let key = document.as_ref().get(PKCS8_WRAP..).ok_or(NoKey)?;
        Self::of(Algorithm::RS256, EncodingKey::from_rsa_der(key))
    }

    fn of(algorithm: Algorithm, key: EncodingKey) -> Result<Self, NoKey> {
        let mut made = Self { id: String::new(), algorithm, key };
        let public = made.public().ok_or(NoKey)?.to_string();
        made.id = hex::encode(Sha256::digest(public)).chars().take(16).collect();
        Ok(made)
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What everybody may know of it (RFC 7517).
    pub fn public(&self) -> Option<Json> {
        let mut key = Jwk::from_encoding_key(&self.key, self.algorithm).ok()?;
        key.common.key_id = Some(self.id.clone()).filter(|id| !id.is_empty());
        key.common.public_key_use = Some(PublicKeyUse::Signature);
        serde_json::to_value(key).ok()
    }

    /// A token with this header and these claims, whatever they say.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn sign(&self, header: &Json, claims: &Json) -> Result<String, NoKey> {
        let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let body = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(body.as_bytes(), &self.key, self.algorithm);
        Ok(format!("{body}.{}", signature.map_err(|_| NoKey)?))
    }

    /// The header of a token of this key.
    pub fn header(&self) -> Json {
        let name = if self.algorithm == Algorithm::RS256 { "RS256" } else { "ES256" };
        json!({ "alg": name, "typ": "JWT", "kid": self.id })
    }
}

/// An issuer with one key at a time.
pub struct LocalIssuer {
    address: String,
    key: LocalKey,
}

impl LocalIssuer {
    /// The issuer at this address, with this key.
    pub fn new(address: String, key: LocalKey) -> Self {
        Self { address, key }
    }

    /// Where its tokens say that they come from.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Puts another key in the place of its present one, as issuers do from time to time.
    pub fn rotate(&mut self, key: LocalKey) {
        self.key = key;
    }

    /// What it says about itself (OpenID Connect Discovery §3).
    pub fn discovery(&self) -> Json {
        let address = &self.address;
        json!({
            "issuer": address,
            "jwks_uri": format!("{address}/jwks"),
            "token_endpoint": format!("{address}/token"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.key.header().get("alg")],
        })
    }

    /// Its keys.
    pub fn keys(&self) -> Json {
        json!({ "keys": [self.key.public()] })
    }

    /// What it says of somebody of this name.
    pub fn claims(&self, username: &str, audience: &str, now: DateTime<Utc>) -> Json {
        json!({
            "iss": self.address,
            "aud": audience,
            "sub": Self::subject_of(username),
            "preferred_username": username,
            "iat": now.timestamp(),
            "exp": (now + LIFETIME).timestamp(),
        })
    }

    /// A token for somebody of this name.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn token(&self, username: &str, audience: &str, now: DateTime<Utc>) -> Result<String, NoKey> {
        self.key.sign(&self.key.header(), &self.claims(username, audience, now))
    }

    /// How long its tokens are valid, in seconds.
    pub fn lifetime(&self) -> i64 {
        LIFETIME.num_seconds()
    }

    /// The key that it signs with now.
    pub fn key(&self) -> &LocalKey {
        &self.key
    }

    /// The name for good of whoever has this name for people: the same after every start.
    pub fn subject_of(username: &str) -> String {
        hex::encode(Sha256::digest(username)).chars().take(32).collect()
    }
}
