//! Codes of locations and location types.

use std::fmt;

/// Longest site code or type code, in characters (reference commcare-users §6.1 for types).
pub const CODE_MAX: usize = 50;

/// A location's code in URLs and files: lower case letters, digits, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SiteCode(String);

/// A text that is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {CODE_MAX} lower-case letters, digits, `_` or `-`")]
pub struct InvalidCode;

impl SiteCode {
    /// Reads a code, folding its case.
    ///
    /// # Errors
    /// [`InvalidCode`].
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let text = text.trim().to_lowercase();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if (1..=CODE_MAX).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidCode)
        }
    }

    /// A code made from a name: what is not allowed becomes `_`. The store numbers it when it is taken.
    pub fn from_name(name: &str) -> Self {
        let mut code = String::new();
        for c in name.to_lowercase().chars().take(CODE_MAX - 8) {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                code.push(c);
            } else if !code.is_empty() && !code.ends_with('_') {
                code.push('_');
            }
        }
        let code = code.trim_end_matches('_');
        Self(if code.is_empty() { "location".to_owned() } else { code.to_owned() })
    }

    /// The n-th variant of a code that is taken: `clinic2`.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        Self(format!("{}{number}", self.0))
    }

    /// A code that our own database holds.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_made_from_the_name() {
        assert_eq!(SiteCode::from_name("Saint-Louis (Nord)").as_str(), "saint_louis_nord");
        assert_eq!(SiteCode::from_name("村").as_str(), "location");
    }

    proptest! {
        #[test]
        fn a_generated_code_is_a_code(name: String) {
            let code = SiteCode::from_name(&name);
            prop_assert_eq!(SiteCode::parse(code.as_str()), Ok(code));
        }
    }
}
