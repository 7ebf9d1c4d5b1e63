//! Page cursors as clients see them: sealed, so that one that we did not make, or made for another list, is refused
//! before it comes near the database (security G11).

use crate::authn::TokenKey;
use crate::domain::{Cursor, CursorKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Longest cursor that is looked at, in bytes.
const CURSOR_MAX: usize = 4 * 1024;
const SEAL_BYTES: usize = 16;
const ID_BYTES: usize = 16;

/// Seals cursors and opens them.
#[derive(Clone)]
pub struct Cursors(TokenKey);

/// A cursor that we did not make, or made for another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that this list gave")]
pub struct InvalidCursor;

impl Cursors {
    /// Cursors under this key.
    pub fn new(key: TokenKey) -> Self {
        Self(key)
    }

    /// The client's form of a cursor. `list` names the list and its order: a cursor is good for that one alone.
    pub fn seal(&self, list: &str, cursor: &Cursor) -> String {
        let mut bytes = cursor.id.as_bytes().to_vec();
        match &cursor.key {
            CursorKey::Text(text) => {
                bytes.push(b't');
                bytes.extend_from_slice(text.as_bytes());
            }
            CursorKey::Time(time) => {
                bytes.push(b'u');
                bytes.extend_from_slice(&time.timestamp_micros().to_be_bytes());
            }
            CursorKey::Number(number) => {
                bytes.push(b'n');
                bytes.extend_from_slice(&number.to_be_bytes());
            }
        }
        let mut sealed = self.seal_of(list, &bytes);
        sealed.extend_from_slice(&bytes);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The cursor in a text that this list gave.
    ///
    /// # Errors
    /// [`InvalidCursor`].
    pub fn open(&self, list: &str, text: &str) -> Result<Cursor, InvalidCursor> {
        if text.len() > CURSOR_MAX {
            return Err(InvalidCursor);
        }
        let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (seal, bytes) = sealed.split_at_checked(SEAL_BYTES).ok_or(InvalidCursor)?;
        if self.seal_of(list, bytes) != seal {
            return Err(InvalidCursor);
        }
        let (id, key) = bytes.split_at_checked(ID_BYTES).ok_or(InvalidCursor)?;
        let id = Uuid::from_slice(id).map_err(|_| InvalidCursor)?;
        let key = match key.split_first().ok_or(InvalidCursor)? {
            (b't', text) => CursorKey::Text(String::from_utf8(text.to_vec()).map_err(|_| InvalidCursor)?),
            (b'u', micros) => {
                let micros = i64::from_be_bytes(micros.try_into().map_err(|_| InvalidCursor)?);
                CursorKey::Time(DateTime::<Utc>::from_timestamp_micros(micros).ok_or(InvalidCursor)?)
            }
            (b'n', number) => {
                CursorKey::Number(i32::from_be_bytes(number.try_into().map_err(|_| InvalidCursor)?))
            }
            _ => return Err(InvalidCursor),
        };
        Ok(Cursor { key, id })
    }

    fn seal_of(&self, list: &str, bytes: &[u8]) -> Vec<u8> {
        let mut text = list.as_bytes().to_vec();
        text.push(0);
        text.extend_from_slice(bytes);
        self.0.seal(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cursors() -> Cursors {
        Cursors::new(TokenKey::new([7; 32]))
    }

    proptest! {
        #[test]
        fn a_cursor_survives_the_round_trip(text: String, id: u128, micros in 0_i64..4_000_000_000_000_000, number: i32) {
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            for key in [CursorKey::Text(text.clone()), CursorKey::Time(time), CursorKey::Number(number)] {
                let cursor = Cursor { key, id: Uuid::from_u128(id) };
                let sealed = cursors().seal("list", &cursor);
                // A name of any length is within the bound: names are at most 255 characters.
                if sealed.len() <= CURSOR_MAX {
                    prop_assert_eq!(cursors().open("list", &sealed), Ok(cursor.clone()));
                }
                prop_assert_eq!(cursors().open("another", &sealed), Err(InvalidCursor));
            }
        }

        #[test]
        fn what_we_did_not_make_is_refused(text: String) {
            prop_assert_eq!(cursors().open("list", &text), Err(InvalidCursor));
        }
    }

    #[test]
    fn a_changed_cursor_is_refused() {
        let sealed =
            cursors().seal("list", &Cursor { key: CursorKey::Text("amina".into()), id: Uuid::nil() });
        let forged = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        for index in 0..forged.len() {
            let mut forged = forged.clone();
            forged[index] ^= 1;
            assert_eq!(cursors().open("list", &URL_SAFE_NO_PAD.encode(forged)), Err(InvalidCursor));
        }
    }
}
