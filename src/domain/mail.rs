//! The mails that the gateway sends: what they say, in which language, what becomes of them, and when a failed one is
//! tried again. DESIGN §4.

use super::{Email, MailId, ProjectSpaceId};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;

/// What a mail says. `outbound::mail` has its words in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailTemplate {
    /// To admins: a policy asked that they hear of an action.
    ActionNotice,
    /// To somebody who is invited to a project space. Its link accepts.
    Invitation,
    /// To the inviter: the invitation was accepted.
    InvitationAccepted,
    /// To admins: a stranger asks to be let in.
    AccessRequest,
    /// To somebody who asked to be let in: they were, with the account they have.
    AccessApproved,
    /// To a worker whose account has yet to be confirmed. Its link confirms.
    AccountConfirmation,
    /// To the owner of an account: its link sets a new password.
    PasswordReset,
    /// To the owner of an account: its password was changed.
    PasswordChanged,
    /// To a mobile worker: link your PersonalID account. Its link is for the application on their phone.
    PersonalIdInvite,
    /// To whoever an operator names: mail works. Never queued.
    Test,
}

impl MailTemplate {
    /// Every template.
    pub const ALL: [Self; 10] = [
        Self::ActionNotice,
        Self::Invitation,
        Self::InvitationAccepted,
        Self::AccessRequest,
        Self::AccessApproved,
        Self::AccountConfirmation,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::PersonalIdInvite,
        Self::Test,
    ];

    /// The name that the database knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::ActionNotice => "action_notice",
            Self::Invitation => "invitation",
            Self::InvitationAccepted => "invitation_accepted",
            Self::AccessRequest => "access_request",
            Self::AccessApproved => "access_approved",
            Self::AccountConfirmation => "account_confirmation",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::PersonalIdInvite => "personal_id_invite",
            Self::Test => "test",
        }
    }

    /// The template of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }

    /// What a mail's data must have. Beside these, every mail is told `project_space` (the display name as it is when
    /// the mail is sent) and may have `language` (the recipient's own, over the project space's) and `reply_to`.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::ActionNotice => &["action", "principal", "resource", "decision"],
            // `inviter`: a name for people. `expires_at`: RFC 3339. `link`: `{"path": "/invitation/", "seed": "<hex>"}`.
            Self::Invitation => &["inviter", "role", "expires_at", "link"],
            // `member`: a name for people, with `email` beside it.
            Self::InvitationAccepted => &["member", "email", "role"],
            // `message`: what they say, perhaps nothing.
            Self::AccessRequest => &["name", "email", "message"],
            Self::AccessApproved => &["inviter", "role"],
            // `account`: the sign-in name. `expires_at`: RFC 3339. `link`: as an invitation's, with another path.
            Self::AccountConfirmation | Self::PasswordReset => &["account", "expires_at", "link"],
            // `account`: the sign-in name. `changed_at`: RFC 3339.
            Self::PasswordChanged => &["account", "changed_at"],
            // `inviter`: a name for people. `username`: the worker's. `expires_at`: RFC 3339. `link`: as of an invitation.
            Self::PersonalIdInvite => &["inviter", "username", "expires_at", "link"],
            Self::Test => &[],
        }
    }
}

/// A language that every template has words in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MailLanguage {
    /// English: what is spoken when nothing else is asked for.
    #[default]
    English,
    /// French.
    French,
}

impl MailLanguage {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// Its ISO 639 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The language of this code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// What has become of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailStatus {
    /// Waits to be sent, for the first time or again.
    Queued,
    /// The mail server took it.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// It came back, was refused for good, or its address was blocked.
    Undeliverable,
    /// Every try failed for a reason that could have passed.
    GivenUp,
}

impl MailStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Queued, Self::Sent, Self::Delivered, Self::Undeliverable, Self::GivenUp];

    /// The name that the database knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undeliverable => "undeliverable",
            Self::GivenUp => "given_up",
        }
    }

    /// The status of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A mail of the outbox.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its id; the left part of its Message-ID.
    pub id: MailId,
    /// The project space that it is about.
    pub project_space: Option<ProjectSpaceId>,
    /// The project space's name for people.
    pub project_space_name: Option<String>,
    /// Who gets it.
    pub recipient: Email,
    /// Whether the recipient's address is blocked at this moment.
    pub recipient_is_blocked: bool,
    /// What it says.
    pub template: MailTemplate,
    /// In which language: the recipient's own, else the project space's, else English.
    pub language: MailLanguage,
    /// What fills the template.
    pub data: Json,
    /// The same on every try, so that whoever gets it twice can tell.
    pub message_id: String,
    /// What has become of it.
    pub status: MailStatus,
    /// How often it was tried. A try that is under way counts.
    pub attempts: u32,
    /// When it is tried next, if it is queued.
    pub next_attempt_at: DateTime<Utc>,
    /// Until when a gateway has it in hand.
    pub claimed_until: Option<DateTime<Utc>>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When a mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

impl Mail {
    /// Whether it had a link that is no longer known: its seed goes when the mail is sent.
    pub fn has_lost_its_link(&self) -> bool {
        self.template.fields().contains(&"link") && self.data.get("link").is_none()
    }
}

/// After which a failed mail is tried again, in minutes: quickly at first, as most troubles pass, and about two days in
/// all, which outlasts a weekend's broken server by little and is far within an invitation's 30 days.
const PAUSES: [i64; 9] = [1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 12 * 60, 12 * 60];

/// Most mails that one gateway sends at a time.
pub const AT_ONCE: usize = 32;
/// Most mails of one project space that are sent at a time. Others still find room.
pub const SPACE_AT_ONCE: usize = 16;
/// Most mails to one destination domain that are sent at a time. A server that hangs holds up no more than these.
pub const DOMAIN_AT_ONCE: usize = 8;

/// Most tries of one mail.
pub const ATTEMPTS_MAX: u32 = PAUSES.len() as u32 + 1;

/// How long to wait after so many failed tries; nothing when it is time to give up.
pub fn pause_after(attempts: u32) -> Option<TimeDelta> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    PAUSES.get(index).map(|minutes| TimeDelta::minutes(*minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_after_about_two_days() {
        let pauses: Vec<_> = (1..).map_while(pause_after).collect();
        assert!(pauses.is_sorted());
        let total = pauses.iter().sum::<TimeDelta>();
        assert!(total > TimeDelta::hours(45) && total < TimeDelta::hours(49), "{total}");
        assert_eq!((pause_after(0), pause_after(10)), (None, None));
        assert_eq!(pauses.len(), 9);
        assert_eq!(ATTEMPTS_MAX, 10);
    }

    #[test]
    fn names_are_read_back() {
        for template in MailTemplate::ALL {
            assert_eq!(MailTemplate::named(template.name()), Some(template));
        }
        for status in MailStatus::ALL {
            assert_eq!(MailStatus::named(status.name()), Some(status));
        }
        for language in MailLanguage::ALL {
            assert_eq!(MailLanguage::of(language.code()), Some(language));
        }
    }
}
