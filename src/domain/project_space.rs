//! The project space: the tenant. DESIGN §1.

use super::person::{InvalidText, filled_line};
use super::{
    AcceptedPassword, Email, FaultCode, Faults, MailLanguage, PasswordRule, ProjectSpaceId, WebUserWords,
};
use std::fmt;

/// Longest name of a project space, in characters: it is part of every login name.
pub const NAME_MAX: usize = 60;
/// Longest display name, in characters.
pub const DISPLAY_NAME_MAX: usize = 100;

/// The slug of a project space, part of URLs and of workers' login names: a–z, 0–9 and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProjectSpaceName(String);

/// A name that is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {NAME_MAX} of the letters a-z, digits and `-`, with a letter or digit at both ends")]
pub struct InvalidProjectSpaceName;

impl ProjectSpaceName {
    /// Reads a slug.
    ///
    /// # Errors
    /// [`InvalidProjectSpaceName`].
    pub fn parse(text: &str) -> Result<Self, InvalidProjectSpaceName> {
        let fits = (1..=NAME_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidProjectSpaceName) }
    }

    /// A name that our own database holds.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectSpaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A project space.
#[derive(Debug, Clone)]
pub struct ProjectSpace {
    /// Its id.
    pub id: ProjectSpaceId,
    /// The slug.
    pub name: ProjectSpaceName,
    /// For people.
    pub display_name: String,
    /// What it has chosen.
    pub settings: Settings,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

/// What a project space has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The Connect feature: PersonalID links exist only where it is on.
    pub connect_enabled: bool,
    /// Web users must have a second factor.
    pub two_factor_required: bool,
    /// Mobile workers' new passwords must be hard to guess.
    pub strong_mobile_passwords: bool,
    /// How long an invitation is valid, in days.
    pub invitation_lifetime_days: u16,
    /// Strangers may ask to be let in.
    pub allow_access_requests: bool,
    /// The account that accepts an invitation must use the invited address.
    pub invite_email_only: bool,
    /// The language of mails to people whose own is not known.
    pub mail_language: MailLanguage,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_enabled: false,
            two_factor_required: false,
            strong_mobile_passwords: false,
            invitation_lifetime_days: 30,
            allow_access_requests: false,
            invite_email_only: true,
            mail_language: MailLanguage::default(),
        }
    }
}

/// Longest life of an invitation, in days.
pub const INVITATION_LIFETIME_DAYS_MAX: u16 = 365;

/// Changes of a project space, as they were sent. What is left out stays.
#[derive(Debug, Default)]
pub struct ProjectSpaceChange {
    /// For people.
    pub display_name: Option<String>,
    /// The Connect feature.
    pub connect_enabled: Option<bool>,
    /// How long an invitation is valid, in days.
    pub invitation_lifetime_days: Option<i32>,
    /// Strangers may ask to be let in.
    pub allow_access_requests: Option<bool>,
    /// The account that accepts an invitation must use the invited address.
    pub invite_email_only: Option<bool>,
    /// The language of mails to people whose own is not known.
    pub mail_language: Option<MailLanguage>,
    /// Mobile workers' new passwords must be hard to guess.
    pub strong_mobile_passwords: Option<bool>,
}

impl ProjectSpaceChange {
    /// The display name and the settings as they would be.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn draft(&self, before: &ProjectSpace) -> Result<(String, Settings), Faults> {
        let mut faults = Faults::new();
        let display_name = match self.display_name.as_deref() {
            None => Some(before.display_name.clone()),
            Some(text) => text_of(&mut faults, "display_name", filled_line(text, DISPLAY_NAME_MAX)),
        };
        let mut settings = before.settings;
        if let Some(days) = self.invitation_lifetime_days {
            match u16::try_from(days).ok().filter(|days| (1..=INVITATION_LIFETIME_DAYS_MAX).contains(days)) {
                Some(days) => settings.invitation_lifetime_days = days,
                None => {
                    let message = format!("must be from 1 to {INVITATION_LIFETIME_DAYS_MAX} days");
                    faults.add(FaultCode::InvalidValue, &["invitation_lifetime_days"], message);
                }
            }
        }
        settings.connect_enabled = self.connect_enabled.unwrap_or(settings.connect_enabled);
        settings.allow_access_requests = self.allow_access_requests.unwrap_or(settings.allow_access_requests);
        settings.invite_email_only = self.invite_email_only.unwrap_or(settings.invite_email_only);
        settings.strong_mobile_passwords =
            self.strong_mobile_passwords.unwrap_or(settings.strong_mobile_passwords);
        settings.mail_language = self.mail_language.unwrap_or(settings.mail_language);
        match display_name {
            Some(display_name) if faults.is_empty() => Ok((display_name, settings)),
            _ => Err(faults),
        }
    }
}

/// The gateway itself, as the parent of project spaces.
#[derive(Debug, Clone, Copy)]
pub struct Gateway;

/// What is needed to make a project space and its first admin, as it was typed.
#[derive(Debug)]
pub struct ProjectSpaceInput {
    /// The slug.
    pub name: String,
    /// For people; the slug when left out.
    pub display_name: Option<String>,
    /// The first admin's address. An account with this address becomes admin as it is, with the password it has.
    pub admin_email: String,
    /// The first admin's password, needed for a new account.
    pub admin_password: Option<secrecy::SecretString>,
    /// What it chooses.
    pub settings: Settings,
}

/// The same, checked.
#[derive(Debug)]
pub struct NewProjectSpace {
    /// The slug.
    pub name: ProjectSpaceName,
    /// For people.
    pub display_name: String,
    /// The first admin's address.
    pub admin_email: Email,
    /// The first admin's password.
    pub admin_password: Option<AcceptedPassword>,
}

impl ProjectSpaceInput {
    /// Checks everything at once.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self) -> Result<NewProjectSpace, Faults> {
        use secrecy::ExposeSecret;
        let mut faults = Faults::new();
        let name = faults.take(FaultCode::InvalidValue, &["name"], ProjectSpaceName::parse(&self.name));
        let display_name = match self.display_name.as_deref() {
            None => Some(self.name.clone()),
            Some(text) => text_of(&mut faults, "display_name", filled_line(text, DISPLAY_NAME_MAX)),
        };
        let admin_email = text_of(&mut faults, "admin_email", Email::parse(&self.admin_email));
        let admin_password = match &self.admin_password {
            None => Some(None),
            Some(given) => {
                let rule = PasswordRule::of_web_user(WebUserWords {
                    email: &self.admin_email,
                    first_name: "",
                    last_name: "",
                    project_spaces: [&self.name].into_iter().chain(&self.display_name).cloned().collect(),
                });
                let checked = rule.check(given.expose_secret());
                let checked = checked.map_err(|error| format!("the admin's password {error}"));
                faults.take(FaultCode::PasswordWeak, &["admin_password"], checked).map(Some)
            }
        };
        match (name, display_name, admin_email, admin_password) {
            (Some(name), Some(display_name), Some(admin_email), Some(admin_password)) => {
                Ok(NewProjectSpace { name, display_name, admin_email, admin_password })
            }
            _ => Err(faults),
        }
    }
}

/// The value, or nothing and a fault with the code of what is wrong.
pub(super) fn text_of<T>(faults: &mut Faults, field: &str, parsed: Result<T, InvalidText>) -> Option<T> {
    parsed.map_err(|error| faults.add(error.code(), &[field], format!("`{field}` {error}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_slug() {
        for good in ["a", "acme", "acme-2", "9"] {
            assert!(ProjectSpaceName::parse(good).is_ok(), "{good}");
        }
        for wrong in ["", "-a", "a-", "Acme", "a.b", "a b", "a/b", &"x".repeat(61)] {
            assert!(ProjectSpaceName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let input = ProjectSpaceInput {
            name: "A!".into(),
            display_name: Some(String::new()),
            admin_email: "nobody".into(),
            admin_password: Some("short".to_owned().into()),
            settings: Settings::default(),
        };
        let faults: Vec<_> = input.parse().unwrap_err().into_iter().map(|fault| fault.code).collect();
        assert_eq!(
            faults,
            [FaultCode::InvalidValue, FaultCode::Required, FaultCode::EmailInvalid, FaultCode::PasswordWeak]
        );
    }
}
