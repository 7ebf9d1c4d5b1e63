use super::MembershipObject;
use crate::authz::Visible;
use crate::domain::{Member, WebUser};
use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};

/// A web user: themselves, or as a project space shows them.
pub enum WebUserObject {
    Account(Visible<WebUser>),
    Member(Visible<Member>),
}

impl From<Visible<Member>> for WebUserObject {
    fn from(member: Visible<Member>) -> Self {
        Self::Member(member)
    }
}

impl WebUserObject {
    fn person(&self) -> &WebUser {
        match self {
            Self::Account(account) => account,
            Self::Member(member) => &member.person,
        }
    }
}

/// A person with one account across project spaces, as one of these shows them.
#[Object(name = "WebUser")]
impl WebUserObject {
    /// The global id of the person in this project space: they have another one in every project space, and one of their
    /// own as `viewer`.
    pub(in crate::graphql) async fn id(&self) -> ID {
        match self {
            Self::Account(account) => account.id.to_string().into(),
            Self::Member(member) => member.id.to_string().into(),
        }
    }

    /// The id of the person's account: the same in every project space, in the audit and, its digits alone, in the REST
    /// API.
    async fn account_id(&self) -> ID {
        self.person().id.to_string().into()
    }

    /// The sign-in name.
    async fn email(&self) -> &str {
        self.person().email.as_str()
    }

    async fn first_name(&self) -> &str {
        &self.person().first_name
    }

    async fn last_name(&self) -> &str {
        &self.person().last_name
    }

    /// What they are in the project space that they were read through; null for yourself as `viewer`, which is read
    /// through none: see `viewer.projectSpaces`.
    async fn membership(&self) -> Option<MembershipObject> {
        match self {
            Self::Account(_) => None,
            Self::Member(member) => Some(member.clone().into()),
        }
    }

    /// In any project space.
    async fn last_login_at(&self) -> Option<DateTime<Utc>> {
        self.person().last_login_at
    }
}
