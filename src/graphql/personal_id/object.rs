use crate::domain::{LinkStatus, PersonalIdInvite as Invite, PersonalIdLink};
use crate::graphql::invitation::DeliveryStatus;
use async_graphql::{Enum, Object, SimpleObject};
use chrono::{DateTime, Utc};

/// What a worker's PersonalID link is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "LinkStatus")]
pub enum PersonalIdLinkStatus {
    /// The worker may sign in with PersonalID, and nobody sets their password.
    Active,
    /// The link is kept and does nothing, until somebody activates it again.
    Inactive,
    /// There is none: the worker needs to be invited.
    NotLinked,
}

/// The link to a worker's PersonalID account.
pub struct PersonalIdLinkObject<'a>(&'a PersonalIdLink);

impl<'a> From<&'a PersonalIdLink> for PersonalIdLinkObject<'a> {
    fn from(link: &'a PersonalIdLink) -> Self {
        Self(link)
    }
}

/// An invite to make a link that nobody has accepted.
#[derive(SimpleObject)]
pub struct PersonalIdInvite {
    /// When it was sent, or handed over.
    sent_at: DateTime<Utc>,
    /// From when on it can no longer be accepted: invite again.
    expires_at: DateTime<Utc>,
    /// What has become of its mail; null where it was handed over.
    delivery: Option<DeliveryStatus>,
}

impl From<Invite> for PersonalIdInvite {
    fn from(invite: Invite) -> Self {
        Self {
            sent_at: invite.sent_at,
            expires_at: invite.expires_at,
            delivery: invite.delivery.map(Into::into),
        }
    }
}

/// The link between a mobile worker and their account with PersonalID.
#[Object(name = "PersonalIdLink")]
impl PersonalIdLinkObject<'_> {
    async fn status(&self) -> PersonalIdLinkStatus {
        self.0.status.into()
    }

    /// What the PersonalID account is called; null without a link.
    async fn personal_id_username(&self) -> Option<&str> {
        self.0.account.as_ref().map(|account| account.username.as_str())
    }

    /// When the link was made.
    async fn linked_at(&self) -> Option<DateTime<Utc>> {
        self.0.linked_at
    }

    /// When the link was made, activated or deactivated last.
    async fn status_changed_at(&self) -> Option<DateTime<Utc>> {
        self.0.status_changed_at
    }

    /// The invite that was sent last and that nobody has accepted, be it too late for that.
    async fn pending_invite(&self) -> Option<PersonalIdInvite> {
        self.0.invite.map(Into::into)
    }

    /// When the worker asked for a link that is inactive, until somebody activates it or says no with
    /// `deactivatePersonalIdLink`.
    async fn access_requested_at(&self) -> Option<DateTime<Utc>> {
        self.0.access_requested_at
    }
}
