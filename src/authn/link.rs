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

/// The letters of codes: Crockford's base 32, none of which looks like another.
const CODE_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many of them a code has: 80 bits, which nobody guesses.
const CODE_LENGTH: usize = 16;

impl TokenKey {
    /// A code that people type where they cannot follow the link: `7KQ2-M9XT-4WHB-PC3D`.
    pub fn link_code(&self, seed: &LinkSeed) -> Secret {
        let mut text = String::new();
        for (number, byte) in self.derive("link code", &seed.0).into_iter().take(CODE_LENGTH).enumerate() {
            if number > 0 && number % 4 == 0 {
                text.push('-');
            }
            let letter = CODE_LETTERS.get(usize::from(byte & 31)).copied().unwrap_or(b'0');
            text.push(char::from(letter));
        }
        Secret::sent(text)
    }

    /// What the database keeps of a code, and looks it up by. A code is shorter than a token: without the gateway's key,
    /// nobody finds one for a hash by trying. As typed: in either case, with or without the dashes, and with the letters
    /// that look like digits.
    pub fn code_hash(&self, typed: &str) -> Vec<u8> {
        let letters = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let letters = letters.map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
        let code: String = letters.take(CODE_LENGTH + 1).collect();
        self.derive("typed code", code.as_bytes()).to_vec()
    }

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
    fn a_code_is_found_however_it_is_typed() {
        let (key, seed) = (TokenKey::new([7; 32]), LinkSeed::random().unwrap());
        let code = key.link_code(&seed);
        let shown = code.reveal();
        assert_eq!((shown.len(), shown.split('-').count()), (19, 4), "{shown}");
        let hash = key.code_hash(shown);
        let plain = shown.replace('-', "");
        let look_alike = plain.replace('0', "o").replace('1', "l").to_lowercase();
        for typed in [&plain, &format!(" {} ", shown.to_lowercase()), &look_alike] {
            assert_eq!(key.code_hash(typed), hash, "{typed}");
        }
        for other in ["", &format!("{plain}0"), plain.get(..15).unwrap()] {
            assert_ne!(key.code_hash(other), hash, "{other}");
        }
        assert_ne!(TokenKey::new([8; 32]).code_hash(shown), hash);
        assert_ne!(key.link_code(&LinkSeed::random().unwrap()).reveal(), shown);
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
