use super::{judged, wrong_state};
use crate::authz::{RestoreGroup, Visible};
use crate::domain::{Group, GroupId, Principal};
use crate::service::{Refused, Services};

/// Brings a deleted group back, with everybody who was in it.
///
/// # Errors
/// [`Refused`]: the group is not deleted; a failure.
pub async fn restore(
    services: &Services,
    principal: &Principal,
    id: GroupId,
    version: Option<i32>,
) -> Result<Visible<Group>, Refused> {
    let proof = judged::<RestoreGroup>(services, principal, id, version).await?;
    if !proof.resource().is_deleted {
        return Err(wrong_state("id", "the group is not deleted"));
    }
    let mut work = services.store.begin(proof).await?;
    work.restore().await?;
    Ok(work.commit().await?.into_visible())
}
