use super::{judged, last_admin};
use crate::authz::{DeactivateWebUser, Visible};
use crate::domain::{Member, MembershipId, Principal};
use crate::service::{Refused, Services};

/// Keeps a web user out of the project space, from their next request on, by session and API key alike. They can still
/// sign in to others. Deactivating twice changes nothing.
///
/// # Errors
/// [`Refused`]: the last active admin; oneself; they hold more than the caller; a failure.
pub async fn deactivate(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
    version: Option<i32>,
) -> Result<Visible<Member>, Refused> {
    let proof = judged::<DeactivateWebUser>(services, principal, id, version).await?;
    if !proof.resource().is_active() {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.deactivate().await.map_err(last_admin(&["id"]))?;
    Ok(work.commit().await?.into_visible())
}
