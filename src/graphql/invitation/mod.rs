//! Invitations of web users.

mod accept;
mod create;
mod delete;
mod object;
mod preview;
mod query;
mod resend;
mod update;

pub use object::{DeliveryStatus, InvitationObject};
pub use preview::InvitationQuery;
pub use query::{InvitationConnection, InvitationFilterInput, invitations};

use crate::authz::Visible;
use crate::domain::Invitation;
use crate::graphql::error::{Settled, UserError};
use async_graphql::{MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct InvitationMutation(
    create::InviteWebUserMutation,
    update::UpdateInvitationMutation,
    resend::ResendInvitationMutation,
    delete::DeleteInvitationMutation,
    accept::AcceptInvitationMutation,
);

/// What became of an invitation.
#[derive(SimpleObject, Default)]
pub struct InvitationPayload {
    /// The invitation as it is now; null when it was refused.
    invitation: Option<InvitationObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<Invitation>>> for InvitationPayload {
    fn from(settled: Settled<Visible<Invitation>>) -> Self {
        match settled {
            Ok(invitation) => Self { invitation: Some(invitation.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { invitation: None, user_errors },
        }
    }
}
