//! Members: web users in a project space. Source: seed 001, DESIGN §1, reference commcare-users §2.1, §2.7, §2.8.

use super::permission::Grants;
use super::{Assignment, CursorKey, LocationId, MembershipId, ProjectSpaceId, RoleId, WebUser, WebUserId};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a removal can be undone.
pub const UNDO_WINDOW: TimeDelta = TimeDelta::hours(72);

/// How exactly it is kept when a member was last here.
pub const ACCESS_GRAIN: TimeDelta = TimeDelta::hours(1);

/// A web user in a project space: the person, and what they are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The membership's id: the person has another one in every project space.
    pub id: MembershipId,
    /// Where.
    pub project_space: ProjectSpaceId,
    /// Who. Nothing of it is the project space's to change.
    pub person: WebUser,
    /// What they are given there.
    pub assignment: Assignment,
    /// What their role grants; nothing for admins, who need none.
    pub grants: Grants,
    /// Whether they may act there.
    pub status: MemberStatus,
    /// The web user who deactivated them, while they are.
    pub deactivated_by: Option<WebUserId>,
    /// Their locations and every place above them.
    pub lineage: Vec<LocationId>,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// When they last used this project space, to the hour.
    pub last_access_at: Option<DateTime<Utc>>,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

/// Whether a member may act in the project space. It says nothing of other project spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberStatus {
    /// May.
    Active,
    /// May not, until somebody activates them.
    Deactivated,
    /// Taken away at this time, and no member any more.
    Removed {
        /// When.
        at: DateTime<Utc>,
        /// Whether they were active, and would be again.
        was_active: bool,
    },
}

impl Member {
    /// Whether they may act in the project space.
    pub fn is_active(&self) -> bool {
        self.status == MemberStatus::Active
    }

    /// Until when a removal can be undone; nothing for who is not removed.
    pub fn undo_until(&self) -> Option<DateTime<Utc>> {
        match self.status {
            MemberStatus::Removed { at, .. } => Some(at + UNDO_WINDOW),
            MemberStatus::Active | MemberStatus::Deactivated => None,
        }
    }
}

/// Which members of a project space. All given conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// Words that all appear in names or e-mail address.
    pub search: Option<String>,
    /// Exactly this address.
    pub email: Option<String>,
    /// Any of these roles.
    pub roles: Option<Vec<RoleId>>,
    /// Admins, or all others.
    pub is_admin: Option<bool>,
    /// At any of these locations.
    pub locations: Option<Vec<LocationId>>,
    /// Or at any place below them.
    pub include_sublocations: bool,
    /// The active, or the deactivated.
    pub is_active: Option<bool>,
}

/// What a list of members is ordered by; the id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MemberOrder {
    /// The e-mail address.
    #[default]
    Email,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// When they last signed in, to any project space; who never did comes first.
    LastLoginAt,
    /// When they joined.
    JoinedAt,
}

impl MemberOrder {
    /// The value that this order goes by.
    pub fn key_of(self, member: &Member) -> CursorKey {
        let person = &member.person;
        match self {
            Self::Email => CursorKey::Text(person.email.to_string()),
            Self::FirstName => CursorKey::Text(person.first_name.clone()),
            Self::LastName => CursorKey::Text(person.last_name.clone()),
            Self::LastLoginAt => CursorKey::Time(person.last_login_at.unwrap_or(DateTime::UNIX_EPOCH)),
            Self::JoinedAt => CursorKey::Time(member.joined_at),
        }
    }
}
