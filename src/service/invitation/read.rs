use crate::authz::Visible;
use crate::domain::{Invitation, InvitationId, Principal, ProjectSpaceId};
use crate::service::{Failure, Services};

/// The invitation with this id; nothing when the caller may not see it. An accepted or deleted one is still there.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    id: InvitationId,
) -> Result<Option<Visible<Invitation>>, Failure> {
    let scope = services.authorizer.scope(principal, space).await?;
    Ok(services.store.visible_invitation(&scope, id).await?)
}
