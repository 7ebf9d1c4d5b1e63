use super::judged;
use crate::authz::{ArchiveLocation, Visible};
use crate::domain::{Location, LocationId, Principal};
use crate::service::{Refused, Services};

/// Archives a location with everything below: nobody is assigned there any more. Who is there stays there. Archiving twice
/// changes nothing.
///
/// # Errors
/// [`Refused`]: a failure.
pub async fn archive(
    services: &Services,
    principal: &Principal,
    id: LocationId,
    version: Option<i32>,
) -> Result<Visible<Location>, Refused> {
    let proof = judged::<ArchiveLocation>(services, principal, id, version).await?;
    if proof.resource().is_archived {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.archive().await?;
    Ok(work.commit().await?.into_visible())
}
