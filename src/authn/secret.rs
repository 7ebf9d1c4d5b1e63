//! Random secrets: refresh tokens, API keys, the tokens of links. Shown once, kept as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// A secret of 256 random bits.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness(#[from] getrandom::Error);

impl Secret {
    /// A new one, with a prefix by which people and secret scanners know what it is.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn random(prefix: &str) -> Result<Self, NoRandomness> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self::of(prefix, &bytes))
    }

    /// The text of these bytes, which are as good as random.
    pub(super) fn of(prefix: &str, bytes: &[u8; 32]) -> Self {
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)).into())
    }

    /// A secret that a client sent.
    pub fn sent(text: String) -> Self {
        Self(text.into())
    }

    /// Its SHA-256: what the database keeps, and looks it up by. A random secret of this size needs no slow hash, and a
    /// look-up by hash leaks no prefix through its time (security S12).
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose_secret().as_bytes()).to_vec()
    }

    /// The text, to be shown to its owner, once.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}
