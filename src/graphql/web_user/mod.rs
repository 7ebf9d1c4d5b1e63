//! Web users, and what they are in a project space.

mod activate;
mod deactivate;
mod membership;
mod object;
mod query;
mod remove;
mod restore;
mod update;

pub use membership::MembershipObject;
pub use object::WebUserObject;
pub use query::{WebUserConnection, WebUserFilterInput, WebUserOrderInput, web_user, web_users};

use crate::authz::Visible;
use crate::domain::Member;
use crate::graphql::error::{Settled, UserError};
use async_graphql::{MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct WebUserMutation(
    update::UpdateWebUserMutation,
    activate::ActivateWebUserMutation,
    deactivate::DeactivateWebUserMutation,
    remove::RemoveWebUserMutation,
    restore::RestoreWebUserMutation,
);

/// What became of a web user.
#[derive(SimpleObject)]
pub struct WebUserPayload {
    /// The web user as they are now; null when it was refused.
    web_user: Option<WebUserObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<Member>>> for WebUserPayload {
    fn from(settled: Settled<Visible<Member>>) -> Self {
        match settled {
            Ok(member) => Self { web_user: Some(member.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { web_user: None, user_errors },
        }
    }
}
