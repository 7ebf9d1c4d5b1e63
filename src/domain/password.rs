//! The rule for a new password. How easily one is guessed is measured in `password_strength`. Source: reference
//! commcare-users §4.2, security A1–A4, DESIGN §8.

use super::password_strength;
use super::person::{InvalidText, WEB_USER_PASSWORD_MIN, WORKER_PASSWORD_MIN, password};
use secrecy::{ExposeSecret, SecretString};

/// Why a password may not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short, or too long.
    #[error(transparent)]
    Length(#[from] InvalidText),
    /// Common, or made of words that others know of its owner. Holds the reason, which the owner is told (security A3).
    #[error("is too easily guessed: {0}. Choose four or more words that have nothing to do with each other")]
    Guessable(String),
}

/// A password that passed its rule, in the form in which it is hashed. Only [`PasswordRule::check`] makes one, and
/// `Passwords::hash` takes nothing else: no way to set a password can forget the rule.
#[derive(Debug, Clone)]
pub struct AcceptedPassword(SecretString);

impl ExposeSecret<str> for AcceptedPassword {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The rule for a new password of one account.
#[derive(Debug, Clone)]
pub struct PasswordRule {
    min: usize,
    strength: Strength,
    words: Vec<String>,
}

/// How hard a password must be to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// As hard as its length makes it.
    OfItsLength,
    /// Hard.
    Strong,
}

impl From<bool> for Strength {
    /// The project space's setting `strong_mobile_passwords`.
    fn from(strong: bool) -> Self {
        if strong { Self::Strong } else { Self::OfItsLength }
    }
}

/// Words that others know of a web user. Each of them makes a password easy to guess.
#[derive(Debug, Clone)]
pub struct WebUserWords<'a> {
    /// The sign-in name.
    pub email: &'a str,
    /// May be empty.
    pub first_name: &'a str,
    /// May be empty.
    pub last_name: &'a str,
    /// Names and display names of their project spaces.
    pub project_spaces: Vec<String>,
}

impl PasswordRule {
    /// The rule for a mobile worker, by the project space's setting. `words` are what others know of the worker: they count
    /// as guessed.
    pub fn of_worker(strength: Strength, words: Vec<String>) -> Self {
        Self { min: WORKER_PASSWORD_MIN, strength, words }
    }

    /// The rule for a web user: a strong password of at least 15 characters.
    pub fn of_web_user(words: WebUserWords<'_>) -> Self {
        let own = [words.email, words.first_name, words.last_name].map(ToOwned::to_owned);
        Self {
            min: WEB_USER_PASSWORD_MIN,
            strength: Strength::Strong,
            words: own.into_iter().chain(words.project_spaces).collect(),
        }
    }

    /// Returns the rule with more words that others know of the owner.
    #[must_use]
    pub fn and_known(mut self, words: impl IntoIterator<Item = String>) -> Self {
        self.words.extend(words);
        self
    }

    /// Fewest characters.
    pub fn min(&self) -> usize {
        self.min
    }

    /// Returns the password in the form in which it is hashed.
    ///
    /// # Errors
    /// [`WeakPassword`].
    pub fn check(&self, text: &str) -> Result<AcceptedPassword, WeakPassword> {
        let parsed = password(text, self.min)?;
        if self.strength == Strength::Strong {
            password_strength::check(parsed.expose_secret(), &self.words).map_err(WeakPassword::Guessable)?;
        }
        Ok(AcceptedPassword(parsed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strong() -> PasswordRule {
        PasswordRule::of_worker(Strength::Strong, vec!["acme-health".to_owned(), "Amina Diallo".to_owned()])
    }

    fn web_user() -> PasswordRule {
        PasswordRule::of_web_user(WebUserWords {
            email: "ana.abreu@example.org",
            first_name: "Ana",
            last_name: "Abreu",
            project_spaces: vec!["acme-health".to_owned(), "Acme Health".to_owned()],
        })
    }

    #[test]
    fn the_samples_of_the_reference_are_judged_as_there() {
        assert!(strong().check("abc123").is_err());
        assert!(strong().check("a7d8fhjkdf8d").is_ok());
        assert!(
            PasswordRule::of_worker(Strength::OfItsLength, Vec::new()).check("qwer1234").is_ok(),
            "seed 002"
        );
    }

    #[test]
    fn common_passwords_and_those_made_of_what_is_known_are_too_easily_guessed() {
        for weak in [
            "qwer1234",
            "password1",
            "aaaaaaaaaaaa",
            "commcarehq",
            "fieldgate1",
            "amina diallo",
            "acme-health1",
        ] {
            let refused = strong().check(weak);
            assert!(matches!(refused, Err(WeakPassword::Guessable(_))), "{weak}: {refused:?}");
        }
        let told = strong().check("password1").unwrap_err().to_string();
        assert!(told.starts_with("is too easily guessed: this is a"), "{told}");
        assert!(
            told.ends_with("Choose four or more words that have nothing to do with each other"),
            "{told}"
        );
    }

    #[test]
    fn a_web_user_may_not_have_a_guessable_password_however_long_it_is() {
        for weak in [
            "passwordpassword1",
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "qwertyuiopasdfgh",
            "fieldgatefieldgate",
            "commcarecommcare",
            "commcarehq commcarehq",
            "Fieldgate2026Fieldgate",
            "ana.abreu@example.org",
            "Ana.Abreu@example.org!",
            "anaabreuanaabreu1",
            "acmehealthacmehealth",
            "Acme Health Acme Health",
            // Look-alikes and invisible characters are no disguise.
            "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ１",
            "a\u{200B}a\u{200B}a\u{200B}a\u{200B}a\u{200B}a\u{200B}a\u{200B}a\u{200B}a",
        ] {
            let refused = web_user().check(weak);
            assert!(matches!(refused, Err(WeakPassword::Guessable(_))), "{weak}: {refused:?}");
        }
        for own in ["ana.abreu@example.org", "Fieldgate2026Fieldgate"] {
            let told = web_user().check(own).unwrap_err().to_string();
            assert!(told.contains("words that others know"), "{told}");
        }
    }

    #[test]
    fn passphrases_are_strong() {
        for good in [
            "correct horse battery staple 42",
            "a long enough password",
            "un mot de passe très long",
            "huit mangues dans la cuisine d'Ana",
            "ቡና ጠጡ ከዚያ ተራራ ውጡ",
        ] {
            assert!(web_user().check(good).is_ok(), "{good}: {:?}", web_user().check(good));
        }
    }

    #[test]
    fn length_comes_first_on_either_side() {
        for rule in [strong(), web_user()] {
            let short = rule.check("short").unwrap_err();
            assert_eq!(short, WeakPassword::Length(InvalidText::TooShort(rule.min())));
            let long = rule.check(&"x".repeat(1_000_000)).unwrap_err();
            assert_eq!(long, WeakPassword::Length(InvalidText::TooLong(256)));
        }
    }
}
