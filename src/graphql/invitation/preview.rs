use super::object::InvitationStatus;
use crate::authz::Visible;
use crate::domain::{InvitationLink, InvitationStatus as Status};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::invitation;
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// What a link invites to. All but the status is null when the link no longer works.
#[derive(SimpleObject)]
pub struct InvitationPreview {
    /// PENDING while the link works; ACCEPTED when it was used; EXPIRED when it is too old.
    status: InvitationStatus,
    /// The project space's name for people.
    project_space_name: Option<String>,
    /// The invited address.
    email: Option<String>,
    /// Who invites, by name. Null when it was the gateway's operator.
    invited_by: Option<String>,
    /// `Admin`, or the role's name.
    role_name: Option<String>,
    /// The moment from which the link no longer works.
    expires_at: Option<DateTime<Utc>>,
    /// True when there is an account for the address: sign in with it to accept. False when accepting makes one.
    has_account: Option<bool>,
    /// Whether a new account may have another address than the one that was invited.
    other_email_allowed: Option<bool>,
}

#[derive(Default)]
pub struct InvitationQuery;

#[Object]
impl InvitationQuery {
    /// What the link in an invitation's mail invites to; null when the token is none, was replaced by a newer one, or the
    /// invitation was deleted. Needs no sign-in and changes nothing.
    #[graphql(directive = requires::apply("invitation.preview".to_owned()))]
    async fn invitation_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "The last part of the link in the mail.")] token: String,
    ) -> Result<Option<InvitationPreview>> {
        let services = ctx.services();
        let found = invitation::preview(services, ctx.principal(), token).await;
        let found = found.map_err(|failure| ctx.fail(&failure))?;
        Ok(found.map(|link| preview(&link, services.clock.now())))
    }
}

fn preview(link: &Visible<InvitationLink>, now: DateTime<Utc>) -> InvitationPreview {
    let status = link.invitation.status(now);
    // A link that no longer works tells nothing of people.
    let link = Some(link).filter(|_| status == Status::Pending);
    InvitationPreview {
        status: status.into(),
        project_space_name: link.map(|link| link.project_space_name.clone()),
        email: link.map(|link| link.invitation.email.to_string()),
        invited_by: link.and_then(|link| link.inviter_name.clone()),
        role_name: link.map(|link| link.role_name().to_owned()),
        expires_at: link.map(|link| link.invitation.expires_at()),
        has_account: link.map(|link| link.account.is_some()),
        other_email_allowed: link.map(|link| !link.invite_email_only),
    }
}
