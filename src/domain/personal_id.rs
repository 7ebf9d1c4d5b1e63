//! PersonalID links: a worker's account in one project space, tied to the account that they have with PersonalID, an OpenID
//! provider outside of us. Sources: seed 000, DESIGN §1 "PersonalID link", reference commcare-users §5.

use super::{DeliveryStatus, FaultCode, Faults, MobileWorker};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long an invite can be accepted. As Connect's own (reference §5.5).
pub const INVITE_LIFETIME: TimeDelta = TimeDelta::days(7);
/// Longest subject of an account, in bytes (OpenID Connect Core §2, `sub`).
pub const SUBJECT_MAX: usize = 255;
/// Longest name of an account, in characters.
pub const USERNAME_MAX: usize = 150;

/// What a worker's link is. Seed 000: "one of three states".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkStatus {
    /// The worker may sign in with PersonalID; nobody sets their password.
    Active,
    /// The link is kept and does nothing, until an admin activates it again.
    Inactive,
    /// There is no link: the worker needs to be invited.
    NotLinked,
}

/// What is done about a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStep {
    /// The worker proves that a PersonalID account is theirs: by an invite, or from a signed-in phone.
    Link,
    /// An admin: "Link PersonalID".
    Activate,
    /// An admin: "Unlink PersonalID".
    Deactivate,
    /// The worker asks for a link that is inactive.
    AskAgain,
}

/// Why a step leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRefusal {
    /// There is no link to switch.
    NotFound,
    /// There is one already.
    AlreadyLinked,
    /// There is one already, which an admin has to activate.
    Inactive,
}

impl LinkStatus {
    /// Every status, in the order that lists go by.
    pub const ALL: [Self; 3] = [Self::Active, Self::Inactive, Self::NotLinked];

    /// The name that policies, the database and the REST API know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::NotLinked => "not_linked",
        }
    }

    /// The status of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// What it is after a step: the table of DESIGN §1.
    ///
    /// # Errors
    /// [`LinkRefusal`].
    pub fn after(self, step: LinkStep) -> Result<Self, LinkRefusal> {
        match (self, step) {
            (Self::NotLinked, LinkStep::Link) => Ok(Self::Active),
            (Self::NotLinked, LinkStep::Activate | LinkStep::Deactivate | LinkStep::AskAgain) => {
                Err(LinkRefusal::NotFound)
            }
            (Self::Active, LinkStep::Link) => Err(LinkRefusal::AlreadyLinked),
            (Self::Inactive, LinkStep::Link) => Err(LinkRefusal::Inactive),
            (Self::Active | Self::Inactive, LinkStep::Activate) => Ok(Self::Active),
            (Self::Active | Self::Inactive, LinkStep::Deactivate) => Ok(Self::Inactive),
            (Self::Active | Self::Inactive, LinkStep::AskAgain) => Ok(self),
        }
    }
}

impl From<LinkRefusal> for Faults {
    fn from(refusal: LinkRefusal) -> Self {
        let (code, message) = match refusal {
            LinkRefusal::NotFound => {
                (FaultCode::LinkNotFound, "the worker has no PersonalID link: invite them to make one")
            }
            LinkRefusal::AlreadyLinked => {
                (FaultCode::AlreadyLinked, "the worker has an active PersonalID link already")
            }
            LinkRefusal::Inactive => (
                FaultCode::AlreadyLinked,
                "the worker has a PersonalID link that is inactive: it can be activated, and needs no invite",
            ),
        };
        Self::one(code, &["id"], message)
    }
}

/// An account with PersonalID, as a token of its issuer's names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalIdAccount {
    /// Who vouches for it.
    pub issuer: String,
    /// Its name with the issuer for good, which people do not see.
    pub subject: String,
    /// Its name for people.
    pub username: String,
}

impl PersonalIdAccount {
    /// Whether both are one account, whatever people call it now.
    pub fn is(&self, other: &Self) -> bool {
        self.issuer == other.issuer && self.subject == other.subject
    }
}

/// A worker's link, where the project space has the Connect feature.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalIdLink {
    /// What it is.
    pub status: LinkStatus,
    /// The account, once there is a link.
    pub account: Option<PersonalIdAccount>,
    /// When it was made.
    pub linked_at: Option<DateTime<Utc>>,
    /// When it was made, activated or deactivated last.
    pub status_changed_at: Option<DateTime<Utc>>,
    /// When the worker asked for an inactive link, until an admin answers.
    pub access_requested_at: Option<DateTime<Utc>>,
    /// The invite that was sent last and has not been accepted.
    pub invite: Option<PersonalIdInvite>,
}

impl PersonalIdLink {
    /// None.
    pub fn none() -> Self {
        Self {
            status: LinkStatus::NotLinked,
            account: None,
            linked_at: None,
            status_changed_at: None,
            access_requested_at: None,
            invite: None,
        }
    }
}

/// An invite to make a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonalIdInvite {
    /// When it was sent or handed over.
    pub sent_at: DateTime<Utc>,
    /// From when on it can no longer be accepted.
    pub expires_at: DateTime<Utc>,
    /// What has become of its mail; none where it was handed over.
    pub delivery: Option<DeliveryStatus>,
}

/// What was done about an invite. That it has expired is no deed: the clock says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteState {
    /// Nothing yet.
    Pending,
    /// The worker accepted it.
    Accepted,
    /// A newer one took its place, or the worker was linked without it.
    Replaced,
}

impl InviteState {
    /// The name that the database knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Replaced => "replaced",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Replaced].into_iter().find(|state| state.name() == name)
    }
}

/// An invite as whoever holds its link or code finds it.
#[derive(Debug, Clone)]
pub struct PersonalIdInviteLink {
    /// Its id.
    pub id: Uuid,
    /// What was done about it.
    pub state: InviteState,
    /// From when on it can no longer be accepted.
    pub expires_at: DateTime<Utc>,
    /// Whom it invites.
    pub worker: MobileWorker,
    /// The project space's name, as in URLs: the worker signs in with it.
    pub project_space: String,
    /// The project space's name for people.
    pub project_space_name: String,
}

/// A worker as whoever has the PersonalID account of their link finds them.
#[derive(Debug, Clone)]
pub struct PersonalIdHolder(pub MobileWorker);

/// The refusal of everything about links where the project space does not have them.
pub fn feature_disabled(path: &[&str]) -> Faults {
    let message = "the project space does not have the Connect feature: there are no PersonalID links";
    Faults::one(FaultCode::FeatureDisabled, path, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use LinkStatus::{Active, Inactive, NotLinked};
    use LinkStep::{Activate, AskAgain, Deactivate, Link};

    #[test]
    fn the_state_machine_is_the_table_of_the_design() {
        let table = [
            (NotLinked, Link, Ok(Active)),
            (NotLinked, Activate, Err(LinkRefusal::NotFound)),
            (NotLinked, Deactivate, Err(LinkRefusal::NotFound)),
            (NotLinked, AskAgain, Err(LinkRefusal::NotFound)),
            (Active, Link, Err(LinkRefusal::AlreadyLinked)),
            (Active, Activate, Ok(Active)),
            (Active, Deactivate, Ok(Inactive)),
            (Active, AskAgain, Ok(Active)),
            (Inactive, Link, Err(LinkRefusal::Inactive)),
            (Inactive, Activate, Ok(Active)),
            (Inactive, Deactivate, Ok(Inactive)),
            (Inactive, AskAgain, Ok(Inactive)),
        ];
        assert_eq!(table.len(), LinkStatus::ALL.len() * 4);
        for (from, step, to) in table {
            assert_eq!(from.after(step), to, "{from:?} {step:?}");
        }
    }

    #[test]
    fn names_are_read_back_and_sort_as_the_states_do() {
        for status in LinkStatus::ALL {
            assert_eq!(LinkStatus::named(status.name()), Some(status));
        }
        assert!(LinkStatus::ALL.map(LinkStatus::name).is_sorted());
        assert_eq!(LinkStatus::named("gone"), None);
    }
}
