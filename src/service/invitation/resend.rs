use super::{already_member, judged, new_link, open};
use crate::authz::{ResendInvitation, Visible};
use crate::domain::{Invitation, InvitationId, Principal};
use crate::service::{Refused, Services};

/// Sends an invitation again, also one that has expired: with a new link, from now on, for as long as a new one would
/// last. The link before it no longer works.
///
/// # Errors
/// [`Refused`]: the invitation was accepted or deleted, or the address has become a member's; a failure.
pub async fn resend(
    services: &Services,
    principal: &Principal,
    id: InvitationId,
    version: Option<i32>,
) -> Result<Visible<Invitation>, Refused> {
    let proof = judged::<ResendInvitation>(services, principal, id, version).await?;
    open(proof.resource())?;
    if services.store.is_member(&proof, &proof.resource().email).await? {
        return Err(already_member(&["id"], &proof.resource().email).into());
    }
    let link = new_link(services)?;
    let mut work = services.store.begin(proof).await?;
    work.resend(&link).await?;
    Ok(work.commit().await?.into_visible())
}
