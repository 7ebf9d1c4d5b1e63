//! People's own things: a web user's account, sessions, API keys.

use super::{ApiKeyId, Email, Identity, ProjectSpaceId, RoleId, SessionId, SignIn, WebUserId};
use chrono::{DateTime, Utc};

/// A web user: a person, one account across project spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebUser {
    /// Its id.
    pub id: WebUserId,
    /// The sign-in name.
    pub email: Email,
    /// Belongs to the person: no admin edits it.
    pub first_name: String,
    /// Belongs to the person: no admin edits it.
    pub last_name: String,
    /// The last sign-in, to any project space.
    pub last_login_at: Option<DateTime<Utc>>,
}

impl WebUser {
    /// What people call them: their names, or their address where they gave none.
    pub fn name(&self) -> String {
        name_for_people(Some(&self.first_name), Some(&self.last_name), self.email.as_str())
    }
}

/// First and last name, or the address where there are none.
pub fn name_for_people(first_name: Option<&str>, last_name: Option<&str>, email: &str) -> String {
    let name = [first_name, last_name].map(Option::unwrap_or_default).join(" ");
    if name.trim().is_empty() { email.to_owned() } else { name.trim().to_owned() }
}

/// A person's or worker's own account, as the thing they sign in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account(pub Identity);

/// A signed-in session: what a refresh token belongs to.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub owner: Identity,
    /// How it was opened.
    pub signed_in_by: SignIn,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// An API key: acts for its owner in one project space, with no more than its role grants, if it has one.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose rights it has.
    pub owner: WebUserId,
    /// Where.
    pub project_space: ProjectSpaceId,
    /// For people; unique for its owner.
    pub name: String,
    /// Narrows the owner's rights to this role's.
    pub role: Option<RoleId>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
