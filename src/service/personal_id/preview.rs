use super::accept::invite_key;
use crate::authz::{Attributes, PreviewPersonalIdInvite, Visible};
use crate::domain::{InviteState, PersonalIdInviteLink, Principal};
use crate::service::{Failure, Services};

/// What a link invites to; nothing when the link is none, was used or replaced, or leads to no account any more. Changes
/// nothing.
///
/// # Errors
/// [`Failure`].
pub async fn preview(
    services: &Services,
    principal: &Principal,
    token: String,
) -> Result<Option<Visible<PersonalIdInviteLink>>, Failure> {
    let Some(link) = services.store.personal_id_invite(&invite_key(services, token)).await? else {
        return Ok(None);
    };
    let proof =
        services.authorizer.authorize::<PreviewPersonalIdInvite>(principal, link, Attributes::new()).await?;
    let is_open = |link: &Visible<PersonalIdInviteLink>| {
        link.state == InviteState::Pending
            && link.worker.link.is_some()
            && services.clock.now() < link.expires_at
    };
    Ok(Some(proof.into_visible()).filter(is_open))
}
