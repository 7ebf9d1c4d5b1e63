use super::{judged, wrong_state};
use crate::authz::{ArchiveRole, Visible};
use crate::domain::{Principal, Role, RoleId};
use crate::service::{Refused, Services};

/// Has a role given to nobody any more. Those who have it keep it. Archiving twice changes nothing.
///
/// # Errors
/// [`Refused`]: it is the mobile workers' default; a failure.
pub async fn archive(
    services: &Services,
    principal: &Principal,
    id: RoleId,
    version: Option<i32>,
) -> Result<Visible<Role>, Refused> {
    let proof = judged::<ArchiveRole>(services, principal, id, version).await?;
    if proof.resource().is_mobile_default {
        return Err(wrong_state("mobile workers without a role of their own have this one"));
    }
    if proof.resource().is_archived {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.archive().await?;
    Ok(work.commit().await?.into_visible())
}
