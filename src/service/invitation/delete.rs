use super::{judged, open};
use crate::authz::{DeleteInvitation, Visible};
use crate::domain::{Invitation, InvitationId, InvitationState, Principal};
use crate::service::{Failure, Refused, Services};

/// Takes an invitation back: its link no longer works, and its address can be invited again.
///
/// # Errors
/// [`Refused`]: the invitation was accepted; a failure; a deleted one is not there to be deleted again.
pub async fn delete(
    services: &Services,
    principal: &Principal,
    id: InvitationId,
    version: Option<i32>,
) -> Result<Visible<Invitation>, Refused> {
    let proof = judged::<DeleteInvitation>(services, principal, id, version).await?;
    if proof.resource().state == InvitationState::Revoked {
        return Err(Failure::NotFound.into());
    }
    open(proof.resource())?;
    let mut work = services.store.begin(proof).await?;
    work.revoke().await?;
    Ok(work.commit().await?.into_visible())
}
