use super::judged;
use crate::authz::{Authorized, DeleteLocation};
use crate::domain::{FaultCode, Faults, LocationId, Principal};
use crate::service::{Refused, Services};
use crate::store::{LocationUse, StoreError};

/// Takes a location away, for good, where nobody is assigned to it and nothing stands below.
///
/// # Errors
/// [`Refused`]: who or what is there; a failure.
pub async fn delete(
    services: &Services,
    principal: &Principal,
    id: LocationId,
    version: Option<i32>,
) -> Result<(), Refused> {
    let proof: Authorized<DeleteLocation> = judged(services, principal, id, version).await?;
    let mut work = services.store.begin(proof).await?;
    in_use(work.location_use().await?).check()?;
    work.delete().await.map_err(|error| match error {
        // Somebody was assigned between the count and the write.
        StoreError::Gone(_) => {
            Refused::Input(Faults::one(FaultCode::LocationInUse, &["id"], "somebody is assigned to it"))
        }
        other => other.into(),
    })?;
    let _done = work.commit().await?;
    Ok(())
}

fn in_use(found: LocationUse) -> Faults {
    let mut who = Vec::new();
    if found.mobile_workers > 0 {
        who.push(format!("mobile workers, deleted ones among them: {}", found.mobile_workers));
    }
    if found.places > 0 {
        who.push(format!("places below: {}", found.places));
    }
    if found.web_users > 0 {
        // How many is not for everybody to know who may change places.
        who.push("web users or invitations".to_owned());
    }
    let mut faults = Faults::new();
    if !who.is_empty() {
        let message = format!("the location is in use: {}. archive it instead", who.join("; "));
        faults.add(FaultCode::LocationInUse, &["id"], message);
    }
    faults
}
