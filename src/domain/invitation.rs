//! Invitations: how web users come into a project space. Source: DESIGN §1, seed 001, reference commcare-users §2.2–2.6.

use super::account_link::new_password;
use super::person::{NAME_MAX, filled_line};
use super::project_space::text_of;
use super::{
    AcceptedPassword, Assignment, AssignmentInput, CursorKey, Email, FaultCode, Faults, InvitationId,
    LocationId, MailStatus, PasswordRule, ProjectSpaceId, RoleId, WebUserId, WebUserWords,
};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

/// An invitation.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The project space that it invites to.
    pub project_space: ProjectSpaceId,
    /// The invited address. It never changes: another one is invited anew.
    pub email: Email,
    /// What is given to who accepts.
    pub assignment: Assignment,
    /// Its locations and every place above them.
    pub lineage: Vec<LocationId>,
    /// Who invited; nobody for the gateway's operator.
    pub inviter: Option<WebUserId>,
    /// When it was made, or renewed after it had expired.
    pub invited_at: DateTime<Utc>,
    /// When it was last sent.
    pub last_sent_at: DateTime<Utc>,
    /// How long it is valid after that, by the project space's settings.
    pub lifetime: TimeDelta,
    /// How often it was sent.
    pub times_sent: i32,
    /// What has become of it, but for time.
    pub state: InvitationState,
    /// What has become of the mail that was sent last.
    pub delivery: DeliveryStatus,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

impl Invitation {
    /// The moment from which its link no longer works: so many times 24 hours after it was last sent (DESIGN §6).
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.last_sent_at + self.lifetime
    }

    /// What it is at this moment.
    pub fn status(&self, now: DateTime<Utc>) -> InvitationStatus {
        match self.state {
            InvitationState::Pending if self.expires_at() <= now => InvitationStatus::Expired,
            InvitationState::Pending => InvitationStatus::Pending,
            InvitationState::Accepted => InvitationStatus::Accepted,
            InvitationState::Revoked => InvitationStatus::Revoked,
        }
    }

    /// The value that lists go by: the newest come first.
    pub fn cursor_key(&self) -> CursorKey {
        CursorKey::Time(self.invited_at)
    }
}

/// What was done about an invitation. That it has expired is no deed: the clock says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    /// Nothing yet.
    Pending,
    /// Somebody accepted it.
    Accepted,
    /// Somebody took it back.
    Revoked,
}

impl InvitationState {
    /// The name that policies and the database know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Revoked].into_iter().find(|state| state.name() == name)
    }
}

/// What an invitation is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvitationStatus {
    /// Its link works.
    Pending,
    /// Its link was used.
    Accepted,
    /// Nobody used its link in time.
    Expired,
    /// It was taken back.
    Revoked,
}

/// What has become of a mail, as far as people care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// Waits to be sent.
    Queued,
    /// The mail server took it.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// It came back, was never taken, or its address is blocked.
    Undeliverable,
}

impl DeliveryStatus {
    /// The name that clients of the REST API see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undeliverable => "undeliverable",
        }
    }

    /// The states of a mail that this stands for.
    pub fn of_mails(self) -> &'static [MailStatus] {
        match self {
            Self::Queued => &[MailStatus::Queued],
            Self::Sent => &[MailStatus::Sent],
            Self::Delivered => &[MailStatus::Delivered],
            Self::Undeliverable => &[MailStatus::Undeliverable, MailStatus::GivenUp],
        }
    }
}

impl From<MailStatus> for DeliveryStatus {
    fn from(status: MailStatus) -> Self {
        match status {
            MailStatus::Queued => Self::Queued,
            MailStatus::Sent => Self::Sent,
            MailStatus::Delivered => Self::Delivered,
            MailStatus::Undeliverable | MailStatus::GivenUp => Self::Undeliverable,
        }
    }
}

/// Which invitations of a project space. All given conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct InvitationFilter {
    /// Any of these; when empty, all but the revoked.
    pub statuses: Vec<InvitationStatus>,
    /// Any of these; when empty, all.
    pub deliveries: Vec<DeliveryStatus>,
    /// What the address begins with.
    pub email: Option<String>,
    /// Any of these roles.
    pub roles: Option<Vec<RoleId>>,
    /// From any of these inviters.
    pub inviters: Option<Vec<WebUserId>>,
}

/// An invitation as whoever holds its link finds it.
#[derive(Debug, Clone)]
pub struct InvitationLink {
    /// The invitation.
    pub invitation: Invitation,
    /// The project space's name, as in URLs.
    pub project_space: String,
    /// The project space's name for people.
    pub project_space_name: String,
    /// The account that must accept is that of the invited address.
    pub invite_email_only: bool,
    /// The role's name; none for an admin.
    pub role_name: Option<String>,
    /// Why what it gives can no longer be given, if so.
    pub outdated: Option<Outdated>,
    /// Who invited, for people.
    pub inviter_name: Option<String>,
    /// The account that has the invited address.
    pub account: Option<WebUserId>,
}

impl InvitationLink {
    /// What people call what is given: `Admin`, or the role's name.
    pub fn role_name(&self) -> &str {
        self.role_name.as_deref().unwrap_or("Admin")
    }

    /// The rule for the password of a new account with these names.
    fn password_rule(&self, email: &Email, first_name: &str, last_name: &str) -> PasswordRule {
        let project_spaces = vec![self.project_space.clone(), self.project_space_name.clone()];
        let rule = PasswordRule::of_web_user(WebUserWords {
            email: email.as_str(),
            first_name,
            last_name,
            project_spaces,
        });
        rule.and_known([self.invitation.email.to_string()])
    }
}

/// Why what an invitation gives can no longer be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outdated {
    /// The role was archived.
    Role,
    /// A location was archived.
    Location,
}

/// An invitation as it was sent in, by whatever channel.
#[derive(Debug, Default)]
pub struct InvitationInput {
    /// Whom to invite.
    pub email: String,
    /// What to give them.
    pub assignment: AssignmentInput,
}

/// What somebody without an account gives to accept an invitation.
#[derive(Debug, Default)]
pub struct NewAccountInput {
    /// Required.
    pub first_name: Option<String>,
    /// Required.
    pub last_name: Option<String>,
    /// What to sign in with; the invited address when left out.
    pub email: Option<String>,
    /// Required.
    pub password: Option<SecretString>,
    /// Must be true.
    pub agree_to_terms: Option<bool>,
}

/// The same, checked.
#[derive(Debug)]
pub struct NewAccount {
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The sign-in name.
    pub email: Email,
    /// The password.
    pub password: AcceptedPassword,
}

impl NewAccountInput {
    /// Checks everything at once.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self, link: &InvitationLink) -> Result<NewAccount, Faults> {
        let mut faults = Faults::new();
        let mut name = |field: &str, given: &Option<String>| {
            text_of(&mut faults, field, filled_line(given.as_deref().unwrap_or_default(), NAME_MAX))
        };
        let first_name = name("first_name", &self.first_name);
        let last_name = name("last_name", &self.last_name);
        let email = match self.email.as_deref().filter(|text| !text.trim().is_empty()) {
            None => Some(link.invitation.email.clone()),
            Some(text) => text_of(&mut faults, "email", Email::parse(text)),
        };
        if link.invite_email_only && email.as_ref().is_some_and(|email| *email != link.invitation.email) {
            let message = format!("use the address that was invited: `{}`", link.invitation.email);
            faults.add(FaultCode::InvalidValue, &["email"], message);
        }
        let rule = link.password_rule(
            email.as_ref().unwrap_or(&link.invitation.email),
            first_name.as_deref().unwrap_or_default(),
            last_name.as_deref().unwrap_or_default(),
        );
        let password = new_password(&rule, self.password.as_ref(), &mut faults);
        if self.agree_to_terms != Some(true) {
            faults.add(FaultCode::Required, &["agree_to_terms"], "agree to the terms of service");
        }
        match (first_name, last_name, email, password) {
            (Some(first_name), Some(last_name), Some(email), Some(password)) if faults.is_empty() => {
                Ok(NewAccount { first_name, last_name, email, password })
            }
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::QualifiedRole;
    use uuid::Uuid;

    fn invitation(state: InvitationState) -> Invitation {
        let sent = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        Invitation {
            id: InvitationId(Uuid::nil()),
            project_space: ProjectSpaceId(Uuid::nil()),
            email: Email::parse("ana@example.org").unwrap(),
            assignment: Assignment {
                role: QualifiedRole::Admin,
                locations: Vec::new(),
                primary_location: None,
            },
            lineage: Vec::new(),
            inviter: None,
            invited_at: sent,
            last_sent_at: sent,
            lifetime: TimeDelta::days(30),
            times_sent: 1,
            state,
            delivery: DeliveryStatus::Queued,
            version: 1,
        }
    }

    fn link(invite_email_only: bool) -> InvitationLink {
        InvitationLink {
            invitation: invitation(InvitationState::Pending),
            project_space: "acme".to_owned(),
            project_space_name: "Acme".to_owned(),
            invite_email_only,
            role_name: None,
            outdated: None,
            inviter_name: None,
            account: None,
        }
    }

    fn ana() -> NewAccountInput {
        NewAccountInput {
            first_name: Some("Ana".to_owned()),
            last_name: Some("Abreu".to_owned()),
            email: None,
            password: Some("a long enough password".to_owned().into()),
            agree_to_terms: Some(true),
        }
    }

    fn faults(input: &NewAccountInput, link: &InvitationLink) -> Vec<(FaultCode, String)> {
        let faults = input.parse(link).unwrap_err().into_iter();
        faults.map(|fault| (fault.code, fault.path.join("."))).collect()
    }

    #[test]
    fn thirty_days_are_counted_to_the_second() {
        let pending = invitation(InvitationState::Pending);
        let end = pending.last_sent_at + TimeDelta::days(30);
        assert_eq!(pending.status(end - TimeDelta::seconds(1)), InvitationStatus::Pending);
        assert_eq!(pending.status(end), InvitationStatus::Expired);
        for (state, status) in [
            (InvitationState::Accepted, InvitationStatus::Accepted),
            (InvitationState::Revoked, InvitationStatus::Revoked),
        ] {
            assert_eq!(invitation(state).status(end + TimeDelta::days(365)), status);
        }
    }

    #[test]
    fn every_mail_has_the_one_delivery_that_stands_for_it() {
        for status in MailStatus::ALL {
            assert!(DeliveryStatus::from(status).of_mails().contains(&status), "{status:?}");
        }
    }

    #[test]
    fn a_new_account_has_the_invited_address_unless_another_may_be_given() {
        assert_eq!(ana().parse(&link(true)).unwrap().email.as_str(), "ana@example.org");
        let spelled = NewAccountInput { email: Some(" Ana@Example.ORG ".to_owned()), ..ana() };
        assert_eq!(spelled.parse(&link(true)).unwrap().email.as_str(), "ana@example.org");
        let other = NewAccountInput { email: Some("ana@home.example".to_owned()), ..ana() };
        assert_eq!(other.parse(&link(false)).unwrap().email.as_str(), "ana@home.example");
        assert_eq!(faults(&other, &link(true)), [(FaultCode::InvalidValue, "email".to_owned())]);
    }

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        let expected = ["first_name", "last_name", "password", "agree_to_terms"];
        let expected: Vec<_> = expected.map(|field| (FaultCode::Required, field.to_owned())).into();
        assert_eq!(faults(&NewAccountInput::default(), &link(true)), expected);
        let refused = NewAccountInput { agree_to_terms: Some(false), ..ana() };
        assert_eq!(faults(&refused, &link(true)), [(FaultCode::Required, "agree_to_terms".to_owned())]);
        let weak = NewAccountInput { password: Some("short".to_owned().into()), ..ana() };
        assert_eq!(faults(&weak, &link(true)), [(FaultCode::PasswordWeak, "password".to_owned())]);
    }
}
