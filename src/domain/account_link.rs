//! Links in mails by which people confirm their account or set a new password. Source: DESIGN §1, seed 002, reference
//! commcare-users §4.4, security L1–L6.

use super::person::{NAME_MAX, line};
use super::project_space::text_of;
use super::username::typed;
use super::{
    AcceptedPassword, Email, FaultCode, Faults, Identity, MailLanguage, MailTemplate, MobileWorker,
    PasswordRule, ProjectSpaceId,
};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// See [`LinkPurpose::mails_max`].
pub const MAIL_WINDOW: TimeDelta = TimeDelta::hours(1);
/// How many names may wait before those without an account are deleted. Anyone may ask, so there is an end to it.
pub const RESETS_WAITING_MAX: u64 = 10_000;
/// How long a request for a new password is kept when it cannot be answered, as while the gateway is down.
pub const RESET_PATIENCE: TimeDelta = TimeDelta::hours(24);
/// Most invitations of a project space to one address within [`MAIL_WINDOW`], and most invitations to link PersonalID.
pub const INVITATIONS_MAX: u64 = 10;

/// Longest that a project space's name and a username in it are together, generously (reference §4.1).
const NAME_BYTES_MAX: usize = 200;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// A worker confirms their account.
    Confirmation,
    /// Somebody sets a new password.
    PasswordReset,
}

impl LinkPurpose {
    /// The name that the database knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::PasswordReset => "password_reset",
        }
    }

    /// How long it is valid: not longer than it takes to read a mail that was asked for, and a week where somebody else
    /// had it sent (security L1). It can be sent again.
    pub fn lifetime(self) -> TimeDelta {
        match self {
            Self::Confirmation => TimeDelta::days(7),
            Self::PasswordReset => TimeDelta::hours(2),
        }
    }

    /// Most mails of the kind to one address within [`MAIL_WINDOW`], whoever asks and however often (security R7). Workers
    /// who are confirmed by a colleague often share an address.
    pub fn mails_max(self) -> u64 {
        match self {
            Self::Confirmation => 20,
            Self::PasswordReset => 5,
        }
    }

    /// The page it leads to; the token follows.
    pub fn page(self) -> &'static str {
        match self {
            Self::Confirmation => "/confirm/",
            Self::PasswordReset => "/reset-password/",
        }
    }

    /// The mail that it comes in.
    pub fn template(self) -> MailTemplate {
        match self {
            Self::Confirmation => MailTemplate::AccountConfirmation,
            Self::PasswordReset => MailTemplate::PasswordReset,
        }
    }
}

/// An account that has yet to be confirmed, as whoever holds its link finds it. There is one only while it works.
#[derive(Debug, Clone)]
pub struct ConfirmationLink {
    /// The link's id.
    pub id: Uuid,
    /// The worker.
    pub worker: MobileWorker,
    /// The project space's name, as in URLs.
    pub project_space: String,
    /// The project space's name for people.
    pub project_space_name: String,
    /// Where it was sent.
    pub email: Email,
    /// The moment from which it no longer works.
    pub expires_at: DateTime<Utc>,
    /// What the password must be.
    pub rule: PasswordRule,
}

impl ConfirmationLink {
    /// What the worker will sign in with.
    pub fn login_name(&self, worker_suffix: &str) -> String {
        format!("{}@{}.{worker_suffix}", self.worker.username, self.project_space)
    }
}

/// An account whose password can be set, as whoever holds its link finds it. There is one only while it works.
#[derive(Debug, Clone)]
pub struct PasswordResetLink {
    /// The link's id.
    pub id: Uuid,
    /// Whose password it sets.
    pub owner: Identity,
    /// The sign-in name: a web user's address, or a worker's username.
    pub account: String,
    /// A worker's project space, with its name for people.
    pub project_space: Option<(ProjectSpaceId, String)>,
    /// Where it was sent.
    pub email: Email,
    /// The moment from which it no longer works.
    pub expires_at: DateTime<Utc>,
    /// What the password must be.
    pub rule: PasswordRule,
}

/// A name that somebody typed to be mailed a link to a new password, and whom it belongs to, if to anybody.
#[derive(Debug, Clone)]
pub struct PasswordResetRequest {
    /// What was typed.
    pub name: SignInName,
    /// Who can be sent a link.
    pub account: Option<ResetAccount>,
}

/// An account that can be sent a link to a new password.
#[derive(Debug, Clone)]
pub struct ResetAccount {
    /// Whose it is.
    pub owner: Identity,
    /// Where a mail goes.
    pub email: Email,
    /// The owner's language, if it is one that mails are written in.
    pub language: Option<MailLanguage>,
    /// A worker's project space.
    pub project_space: Option<ProjectSpaceId>,
}

/// What somebody signs in with, whether or not there is such an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInName {
    /// A web user's address.
    WebUser(Email),
    /// A worker's username in a project space.
    Worker {
        /// The project space's name.
        project_space: String,
        /// In lower case.
        username: String,
    },
}

impl SignInName {
    /// Reads what somebody typed: a web user's e-mail address, a worker's login name, or a worker's username together with
    /// the project space. Nothing when it can be none of them.
    pub fn read(text: &str, project_space: Option<&str>, worker_suffix: &str) -> Option<Self> {
        match project_space {
            Some(space) if !text.contains('@') => {
                Some(Self::Worker { project_space: space.to_owned(), username: typed(text) })
            }
            _ => match super::LoginName::split(text, worker_suffix) {
                Some(name) => {
                    Some(Self::Worker { project_space: name.project_space, username: name.username })
                }
                None => Email::parse(text).ok().map(Self::WebUser),
            },
        }
    }

    /// Whether nobody can have it: nothing that long is looked for.
    pub fn is_too_long(&self) -> bool {
        match self {
            // An address was parsed, which has a bound of its own.
            Self::WebUser(_) => false,
            Self::Worker { project_space, username } => project_space.len() + username.len() > NAME_BYTES_MAX,
        }
    }

    /// The form that people read.
    pub fn login_name(&self, worker_suffix: &str) -> String {
        match self {
            Self::WebUser(email) => email.to_string(),
            Self::Worker { project_space, username } => format!("{username}@{project_space}.{worker_suffix}"),
        }
    }
}

/// What a worker gives to confirm their account, as it was sent.
#[derive(Debug, Default)]
pub struct ConfirmationInput {
    /// The name that is known when left out.
    pub first_name: Option<String>,
    /// The name that is known when left out.
    pub last_name: Option<String>,
    /// Required.
    pub password: Option<SecretString>,
}

/// The same, checked.
#[derive(Debug)]
pub struct Confirmation {
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// The password.
    pub password: AcceptedPassword,
}

impl ConfirmationInput {
    /// Checks everything at once.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self, link: &ConfirmationLink) -> Result<Confirmation, Faults> {
        let mut faults = Faults::new();
        let known = &link.worker.profile;
        let mut name = |field: &str, given: &Option<String>, known: &String| match given {
            None => Some(known.clone()),
            Some(text) => text_of(&mut faults, field, line(text, NAME_MAX)),
        };
        let first_name = name("first_name", &self.first_name, &known.first_name);
        let last_name = name("last_name", &self.last_name, &known.last_name);
        let names = [&first_name, &last_name].into_iter().flatten().cloned();
        let rule = link.rule.clone().and_known(names);
        let password = new_password(&rule, self.password.as_ref(), &mut faults);
        match (first_name, last_name, password) {
            (Some(first_name), Some(last_name), Some(password)) if faults.is_empty() => {
                Ok(Confirmation { first_name, last_name, password })
            }
            _ => Err(faults),
        }
    }
}

/// The password of a form or an input in which it is required.
pub fn new_password(
    rule: &PasswordRule,
    given: Option<&SecretString>,
    faults: &mut Faults,
) -> Option<AcceptedPassword> {
    match given.filter(|given| !given.expose_secret().is_empty()) {
        None => {
            faults.add(FaultCode::Required, &["password"], "`password` is required");
            None
        }
        Some(given) => {
            let checked = rule.check(given.expose_secret());
            let checked = checked.map_err(|error| format!("`password` {error}"));
            faults.take(FaultCode::PasswordWeak, &["password"], checked)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_signing_in_reads_it() {
        let worker = |project_space: &str, username: &str| {
            Some(SignInName::Worker {
                project_space: project_space.to_owned(),
                username: username.to_owned(),
            })
        };
        let read = |text: &str, space| SignInName::read(text, space, "fieldgate.local");
        assert_eq!(read("Amina@acme.fieldgate.local", None), worker("acme", "amina"));
        assert_eq!(read("Amina", Some("acme")), worker("acme", "amina"));
        let ana = Some(SignInName::WebUser(Email::parse("ana@example.org").unwrap()));
        assert_eq!(read(" Ana@Example.ORG", None), ana);
        assert_eq!(read("ana@example.org", Some("acme")), ana);
        assert_eq!(read("amina", None), None);
        assert_eq!(read("", None), None);
    }
}
