//! A mobile worker's username and login name. Source: reference commcare-users §4.1.

use super::FaultCode;
use super::invisible::is_invisible;
use super::person::text_newtype;
use super::project_space::ProjectSpaceName;
use std::fmt;

/// Longest username, in characters, where the project space's name does not make it shorter.
pub const USERNAME_MAX: usize = 80;
/// Longest login name, in characters: `username@space.suffix`.
pub const LOGIN_NAME_MAX: usize = 128;

text_newtype! {
    /// The part of a login name before the `@`: lower case, unique in the project space for good.
    Username
}

/// Why a username was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUsername {
    /// Nothing there.
    #[error("username is required")]
    Empty,
    /// Together with the project space's name it would be too long.
    #[error("username must be at most {0} characters long")]
    TooLong(usize),
    /// CommCare keeps `admin` and `demo_user` for itself.
    #[error("username `{0}` is reserved")]
    Reserved(String),
    /// After the `@` stands another project space.
    #[error("username must not contain `@`, unless it ends with this project space's own `@{0}`")]
    OtherSpace(String),
    /// A character that CommCare does not allow, or a dot in a wrong place.
    #[error("username may contain letters a-z, digits, `.`, `_`, `-` and `+`, with single dots inside")]
    Characters,
}

impl InvalidUsername {
    /// The code that clients see.
    pub fn code(&self) -> FaultCode {
        match self {
            Self::Empty => FaultCode::Required,
            Self::TooLong(_) => FaultCode::TooLong,
            Self::Reserved(_) | Self::OtherSpace(_) | Self::Characters => FaultCode::UsernameInvalid,
        }
    }
}

impl Username {
    /// Reads a username, or a full login name of this very project space.
    ///
    /// Invisible characters are removed: no username can have one, so the text that is left is what the caller meant and
    /// sees. Names that are pasted from a chat or a spreadsheet carry them, and looking a worker up for sign-in removes them
    /// as well ([`typed`]).
    ///
    /// # Errors
    /// [`InvalidUsername`].
    pub fn parse(text: &str, space: &ProjectSpaceName, suffix: &str) -> Result<Self, InvalidUsername> {
        let host = format!("{space}.{suffix}");
        let text = typed(text);
        if text.is_empty() {
            return Err(InvalidUsername::Empty);
        }
        let max = USERNAME_MAX.min(LOGIN_NAME_MAX.saturating_sub(host.len() + 1));
        if text.len() > max + 1 + host.len() {
            return Err(InvalidUsername::TooLong(max));
        }
        let name = match text.split_once('@') {
            None => text.as_str(),
            Some((name, at)) if at == host => name,
            Some(_) => return Err(InvalidUsername::OtherSpace(host)),
        };
        // Runs of white space become one dot, as CommCare formats what people type.
        let name = name.split_whitespace().collect::<Vec<_>>().join(".");
        if name.len() > max {
            return Err(InvalidUsername::TooLong(max));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-+".contains(c);
        if name.is_empty()
            || !name.chars().all(allowed)
            || name.starts_with('.')
            || name.ends_with('.')
            || name.contains("..")
        {
            return Err(InvalidUsername::Characters);
        }
        if name == "admin" || name == "demo_user" {
            return Err(InvalidUsername::Reserved(name));
        }
        Ok(Self(name))
    }
}

/// A username or login name as it is compared: in lower case, without invisible characters, and without white space at both
/// ends.
pub fn typed(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.trim().to_lowercase()
}

/// `username@space.suffix`: what a mobile worker signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginName {
    /// The part before the `@`.
    pub username: String,
    /// The project space's name.
    pub project_space: String,
}

impl LoginName {
    /// Splits a login name with the gateway's suffix. Nothing when it is none: then it may be a web user's e-mail.
    pub fn split(text: &str, suffix: &str) -> Option<Self> {
        let text = typed(text);
        let (username, host) = text.split_once('@')?;
        let project_space = host.strip_suffix(suffix)?.strip_suffix('.')?;
        Some(Self { username: username.to_owned(), project_space: project_space.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Username, InvalidUsername> {
        Username::parse(text, &ProjectSpaceName::parse("acme").unwrap(), "fieldgate.local")
    }

    #[test]
    fn commcares_accepted_and_refused_examples() {
        for good in
            ["jmoney", "jmoney91", "j+money", "j.money", "j_money", "j-money", "jmoney@acme.fieldgate.local"]
        {
            assert!(parse(good).is_ok(), "{good}");
        }
        for wrong in [
            "j$",
            "jmoney@something",
            "jmoney...",
            ".jmoney",
            "test%user",
            "invalid&test",
            "",
            " ",
            "admin",
            "demo_user",
            "j@acme.fieldgate.local.evil",
            "żółw",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_people_type_is_tidied() {
        assert_eq!(parse("  Jane  Doe ").unwrap().as_str(), "jane.doe");
        assert_eq!(parse("\u{FEFF}jane\u{200B}\u{00AD}doe\u{200E}").unwrap().as_str(), "janedoe");
        assert_eq!(parse("\u{200B}"), Err(InvalidUsername::Empty));
        let split = LoginName::split("jane\u{200B}@acme.fieldgate.local\u{FEFF}", "fieldgate.local").unwrap();
        assert_eq!((split.username.as_str(), split.project_space.as_str()), ("jane", "acme"));
    }

    #[test]
    fn the_login_name_stays_within_128_characters() {
        let space = ProjectSpaceName::parse(&"s".repeat(60)).unwrap();
        let max = 128 - 1 - 60 - ".fieldgate.local".len();
        assert!(Username::parse(&"u".repeat(max), &space, "fieldgate.local").is_ok());
        assert_eq!(
            Username::parse(&"u".repeat(max + 1), &space, "fieldgate.local"),
            Err(InvalidUsername::TooLong(max))
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text: String) {
            if let Ok(username) = parse(&text) {
                prop_assert_eq!(parse(username.as_str()), Ok(username));
            }
        }
    }
}
