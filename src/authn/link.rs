//! The tokens of links in mails. They are never at rest: a row keeps the token's hash, to be found by; a queued mail
//! keeps the seed that the sender derives the token from, and loses it when it has been sent. Whoever reads the database
//! without the gateway's key has no link.

use super::secret::{NoRandomness, Secret};
use super::token::TokenKey;
use std::fmt;

/// By which people and secret scanners know a link's token of ours.
const PREFIX: &str = "fgl_";

/// 256 random bits, of which the gateway's key makes a token.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkSeed([u8; 32]);

impl LinkSeed {
    /// A new one.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// 64 hexadecimal digits, for the queued mail.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads what [`Self::hex`] wrote.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

/// A seed does not print.
impl fmt::Debug for LinkSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSeed(…)")
    }
}

impl TokenKey {
    /// The token of the link that this seed belongs to: the same each time, and nobody else's.
    pub fn link_token(&self, seed: &LinkSeed) -> Secret {
        Secret::of(PREFIX, &self.derive("link", &seed.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_token_under_one_key() {
        let (seed, other) = (LinkSeed::random().unwrap(), LinkSeed::random().unwrap());
        let key = TokenKey::new([7; 32]);
        let token = key.link_token(&seed);
        assert!(token.reveal().starts_with("fgl_") && token.reveal().len() == 47, "{}", token.reveal());
        assert_eq!(key.link_token(&LinkSeed::from_hex(&seed.hex()).unwrap()).reveal(), token.reveal());
        assert_ne!(key.link_token(&other).reveal(), token.reveal());
        assert_ne!(TokenKey::new([8; 32]).link_token(&seed).reveal(), token.reveal());
        assert!(!token.reveal().contains(&seed.hex()));
    }

    #[test]
    fn what_is_no_seed_is_none() {
        for wrong in ["", "00", &"g".repeat(64), &"0".repeat(63), &"0".repeat(66)] {
            assert_eq!(LinkSeed::from_hex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_seed_does_not_print() {
        let seed = LinkSeed::random().unwrap();
        assert!(!format!("{seed:?}").contains(&seed.hex()));
    }
}
