//! What we know of people: names, e-mail addresses, phone numbers, languages, passwords. Source: reference
//! commcare-users §4.2, §4.3; security §V.

use super::invisible::{is_invisible, trim};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Longest first or last name, in characters. CommCare's 30 are too few: some clients send the whole name as the first one
/// (DESIGN §6).
pub const NAME_MAX: usize = 150;
/// Longest e-mail address, in characters: the longest that SMTP carries (RFC 5321 §4.5.3.1.3, DESIGN §6).
pub const EMAIL_MAX: usize = 254;
/// Most phone numbers of one worker.
pub const PHONE_NUMBERS_MAX: usize = 20;
/// Shortest password of a mobile worker, in characters: the seed's sample has 8 (DESIGN §8).
pub const WORKER_PASSWORD_MIN: usize = 8;
/// Shortest password of a web user, in characters: the only factor (security A1).
pub const WEB_USER_PASSWORD_MIN: usize = 15;
/// Longest password, in characters; refused before it is hashed (security A1).
pub const PASSWORD_MAX: usize = 256;

/// Why a text is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing there.
    #[error("must not be empty")]
    Empty,
    /// More characters than allowed.
    #[error("must be at most {0} characters long")]
    TooLong(usize),
    /// Fewer characters than required.
    #[error("must be at least {0} characters long")]
    TooShort(usize),
    /// Control characters, or ones that turn the direction of the text around it.
    #[error("must not contain control or text-direction characters")]
    Unprintable,
    /// Characters that are not seen.
    #[error("must not contain invisible characters: type it instead of pasting it")]
    Invisible,
    /// Not an e-mail address.
    #[error("must be an e-mail address like `name@example.org`")]
    NotAnEmail,
    /// Not a phone number.
    #[error("must be 5 to 15 digits, with or without a leading `+`")]
    NotAPhoneNumber,
    /// Not a language code.
    #[error("must be a language code of 2 or 3 letters")]
    NotALanguage,
}

impl InvalidText {
    /// The code that clients see.
    pub fn code(self) -> super::FaultCode {
        match self {
            Self::Empty => super::FaultCode::Required,
            Self::TooLong(_) => super::FaultCode::TooLong,
            Self::NotAnEmail | Self::Invisible => super::FaultCode::EmailInvalid,
            Self::TooShort(_) | Self::Unprintable | Self::NotAPhoneNumber | Self::NotALanguage => {
                super::FaultCode::InvalidValue
            }
        }
    }
}

/// One line of text for people: white space trimmed at both ends, in Unicode's composed form. May be empty.
///
/// # Errors
/// [`InvalidText::TooLong`], [`InvalidText::Unprintable`].
pub fn line(text: &str, max: usize) -> Result<String, InvalidText> {
    // The bound comes first: nothing is normalised that is far too long.
    if text.len() > max.saturating_mul(4).saturating_add(64) {
        return Err(InvalidText::TooLong(max));
    }
    let text: String = text.trim().nfc().collect();
    if text.chars().count() > max {
        return Err(InvalidText::TooLong(max));
    }
    if text.chars().any(is_unprintable) {
        return Err(InvalidText::Unprintable);
    }
    Ok(text)
}

/// The same, but not empty.
///
/// # Errors
/// As [`line()`], and [`InvalidText::Empty`].
pub fn filled_line(text: &str, max: usize) -> Result<String, InvalidText> {
    let text = line(text, max)?;
    if text.is_empty() { Err(InvalidText::Empty) } else { Ok(text) }
}

/// Control characters, line and paragraph separators, and the marks that turn text around (security V3).
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A password that may be set: its characters in Unicode's composed form, not trimmed, not folded (security A4).
///
/// # Errors
/// [`InvalidText::TooShort`], [`InvalidText::TooLong`].
pub fn password(text: &str, min: usize) -> Result<secrecy::SecretString, InvalidText> {
    if text.len() > PASSWORD_MAX * 4 || text.chars().count() > PASSWORD_MAX {
        return Err(InvalidText::TooLong(PASSWORD_MAX));
    }
    let text: String = text.nfc().collect();
    if text.chars().count() < min {
        return Err(InvalidText::TooShort(min));
    }
    Ok(text.into())
}

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// A value that our own database holds: it was parsed before it was written.
            pub fn stored(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(super) use text_newtype;

text_newtype! {
    /// An e-mail address, lower case (reference §4.3).
    Email
}

impl Email {
    /// Reads an address: one `@`, a local part without white space, a host with a dot. What is deliverable shows when
    /// mail is sent; this refuses what cannot be.
    ///
    /// Invisible characters at both ends go with the white space. Inside, they are refused and never removed: a joiner may be
    /// a part of an international domain, and links that let a person in must not go to another address than the one that was
    /// typed. Two addresses that look alike are never both taken by that.
    ///
    /// # Errors
    /// [`InvalidText`] when it is too long or not an address.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = trim(text);
        if text.chars().any(is_invisible) {
            return Err(InvalidText::Invisible);
        }
        let text = filled_line(text, EMAIL_MAX)?.to_lowercase();
        let (local, host) = text.split_once('@').ok_or(InvalidText::NotAnEmail)?;
        let local_fits = !local.is_empty()
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && !local.contains(|c: char| c.is_whitespace() || "@<>()[],;:\\\"".contains(c));
        let label_fits = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        if local_fits && host.contains('.') && host.split('.').all(label_fits) {
            Ok(Self(text))
        } else {
            Err(InvalidText::NotAnEmail)
        }
    }
}

text_newtype! {
    /// A phone number: digits only, as CommCare keeps them, without the leading plus (reference §4.3).
    PhoneNumber
}

impl PhoneNumber {
    /// Reads a number as people type and paste it: with or without a leading `+`, with white space, hyphens, dots, brackets
    /// and invisible characters, in the digits of any of the scripts below. Letters and extensions are refused.
    ///
    /// # Errors
    /// [`InvalidText::NotAPhoneNumber`] unless it is 5 to 15 digits (E.164).
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let mut digits = String::new();
        let mut has_plus = false;
        for c in text.chars() {
            if let Some(digit) = digit(c) {
                digits.push(digit);
            } else if matches!(c, '+' | '\u{FF0B}') && digits.is_empty() && !has_plus {
                has_plus = true;
            } else if !is_separator(c) {
                return Err(InvalidText::NotAPhoneNumber);
            }
            if digits.len() > 15 {
                return Err(InvalidText::NotAPhoneNumber);
            }
        }
        if digits.len() >= 5 { Ok(Self(digits)) } else { Err(InvalidText::NotAPhoneNumber) }
    }
}

/// What stands between the digits of a phone number and is no part of it.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || is_invisible(c)
        || matches!(c, '-' | '.' | '(' | ')' | '[' | ']' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The ASCII digit for a decimal digit of the scripts that phone numbers are written in: Arabic, Persian, N'Ko, the scripts of
/// India, Thai, Lao, Tibetan, Burmese, Khmer, Mongolian and full width.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 19] = [
        0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
        0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10,
    ];
    if c.is_ascii_digit() {
        return Some(c);
    }
    let values = ZEROS.iter().filter_map(|zero| u32::from(c).checked_sub(*zero));
    values.filter(|value| *value < 10).find_map(|value| char::from_digit(value, 10))
}

text_newtype! {
    /// A language code of two or three letters, lower case: `en`, `swa`.
    Language
}

impl Language {
    /// Reads a code.
    ///
    /// # Errors
    /// [`InvalidText::NotALanguage`].
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim();
        if (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidText::NotALanguage)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_kept_in_lower_case() {
        assert_eq!(Email::parse(" JDoe@Example.ORG ").unwrap().as_str(), "jdoe@example.org");
        for wrong in
            ["jdoe", "@example.org", "jdoe@", "jdoe@host", "a b@c.org", "a@b@c.org", ".a@b.org", "a@-b.org"]
        {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_no_invisible_characters() {
        for pasted in
            ["\u{FEFF}jdoe@example.org", "\u{202A}jdoe@example.org\u{202C}", "jdoe@example.org\u{200B} "]
        {
            assert_eq!(Email::parse(pasted).unwrap().as_str(), "jdoe@example.org", "{pasted:?}");
        }
        for hidden in [
            "\u{200B}",
            "\u{200D}",
            "\u{00AD}",
            "\u{200E}",
            "\u{202E}",
            "\u{3164}",
            "\u{115F}",
            "\u{FE0F}",
            "\u{E0041}",
        ] {
            let address = format!("jd{hidden}oe@example.org");
            assert_eq!(Email::parse(&address), Err(InvalidText::Invisible), "{hidden:?}");
            let host = format!("jdoe@exam{hidden}ple.org");
            assert_eq!(Email::parse(&host), Err(InvalidText::Invisible), "{hidden:?}");
        }
        assert_eq!(Email::parse("\u{200B}"), Err(InvalidText::Empty));
    }

    #[test]
    fn a_leading_plus_of_a_phone_number_is_dropped() {
        assert_eq!(PhoneNumber::parse("+50253311399").unwrap().as_str(), "50253311399");
        // Case B28: as people paste them.
        for pasted in [
            "\u{202A}+254700123456\u{202C}",
            "+254 700-123 456",
            "(254) 700123456",
            "\u{A0}254700123456",
            "+254\u{2011}700\u{2011}123\u{2011}456",
            "\u{662}\u{665}\u{664}\u{667}\u{660}\u{660}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
        ] {
            assert_eq!(PhoneNumber::parse(pasted).unwrap().as_str(), "254700123456", "{pasted:?}");
        }
        for wrong in [
            "",
            "+",
            "1234",
            "12345678901234567",
            "12a45",
            "++12345",
            "254700+123",
            "\u{200E}",
            "254700123 ext. 5",
        ] {
            assert!(PhoneNumber::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn text_that_turns_its_direction_is_refused() {
        assert_eq!(line("a\u{202E}b", 30), Err(InvalidText::Unprintable));
        assert_eq!(line("a\0b", 30), Err(InvalidText::Unprintable));
        assert_eq!(line(&"x".repeat(1_000_000), 30), Err(InvalidText::TooLong(30)));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text: String) {
            let _ = Email::parse(&text);
            let _ = PhoneNumber::parse(&text);
            let _ = Language::parse(&text);
            let _ = password(&text, 8);
        }

        #[test]
        fn what_was_parsed_parses_again_to_the_same(text in "[a-zA-Z0-9.+_-]{1,20}@[a-z]{1,10}\\.[a-z]{2,4}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }
    }
}
