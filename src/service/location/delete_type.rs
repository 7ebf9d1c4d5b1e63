use super::judged_type;
use crate::authz::{Authorized, DeleteLocationType};
use crate::domain::{FaultCode, Faults, LocationTypeId, Principal};
use crate::service::{Refused, Services};
use crate::store::StoreError;

/// Takes a location type away, where no location is of it and no level stands below.
///
/// # Errors
/// [`Refused`]: how many are of it; a failure.
pub async fn delete_type(
    services: &Services,
    principal: &Principal,
    id: LocationTypeId,
    version: Option<i32>,
) -> Result<(), Refused> {
    let proof: Authorized<DeleteLocationType> = judged_type(services, principal, id, version).await?;
    let mut work = services.store.begin(proof).await?;
    let (places, levels) = work.level_use().await?;
    if places + levels > 0 {
        let message =
            format!("locations of this level, archived ones among them: {places}; levels below: {levels}");
        return Err(Faults::one(FaultCode::LocationTypeInUse, &["id"], message).into());
    }
    work.delete().await.map_err(|error| match error {
        StoreError::Gone(_) => {
            Refused::Input(Faults::one(FaultCode::LocationTypeInUse, &["id"], "a location is of this level"))
        }
        other => other.into(),
    })?;
    let _done = work.commit().await?;
    Ok(())
}
