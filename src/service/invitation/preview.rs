use crate::authn::Secret;
use crate::authz::{Attributes, PreviewInvitation, Visible};
use crate::domain::{InvitationLink, InvitationState, Principal};
use crate::service::{Failure, Services};

/// What a link invites to; nothing when the link is none, was replaced by a newer one, or its invitation was deleted.
/// Changes nothing.
///
/// # Errors
/// [`Failure`].
pub async fn preview(
    services: &Services,
    principal: &Principal,
    token: String,
) -> Result<Option<Visible<InvitationLink>>, Failure> {
    let link = services.store.invitation_link(&Secret::sent(token).hash()).await?;
    let Some(link) = link else { return Ok(None) };
    let proof =
        services.authorizer.authorize::<PreviewInvitation>(principal, link, Attributes::new()).await?;
    Ok(Some(proof.into_visible()).filter(|link| link.invitation.state != InvitationState::Revoked))
}
