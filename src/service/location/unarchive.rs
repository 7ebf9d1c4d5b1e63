use super::{judged, wrong_state};
use crate::authz::{UnarchiveLocation, Visible};
use crate::domain::{Location, LocationId, Principal};
use crate::service::{Refused, Services};

/// Brings an archived location back, with everything that was archived along with it. What was archived below it before
/// stays so. Unarchiving twice changes nothing.
///
/// # Errors
/// [`Refused`]: a place above it is archived; a failure.
pub async fn unarchive(
    services: &Services,
    principal: &Principal,
    id: LocationId,
    version: Option<i32>,
) -> Result<Visible<Location>, Refused> {
    let proof = judged::<UnarchiveLocation>(services, principal, id, version).await?;
    if !proof.resource().is_archived {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    if work.is_below_an_archived_one().await? {
        return Err(wrong_state("a place above it is archived: unarchive that first"));
    }
    work.unarchive().await?;
    Ok(work.commit().await?.into_visible())
}
