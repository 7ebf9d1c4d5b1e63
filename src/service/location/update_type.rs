use super::fit::check_parent;
use super::{as_seen, code_taken};
use crate::authz::{Attributes, UpdateLocationType, Visible};
use crate::domain::{FaultCode, LocationType, LocationTypeChange, LocationTypeId, Principal};
use crate::service::{Refused, Services, project_space};

/// Changes a location type. What is left out stays. Changing nothing writes nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together, among them that places of this level stand where they could not stand
/// any more, or people where nobody could be; a failure, among them `Conflict` when `version` is not the present one.
pub async fn update_type(
    services: &Services,
    principal: &Principal,
    id: LocationTypeId,
    version: Option<i32>,
    change: &LocationTypeChange,
) -> Result<Visible<LocationType>, Refused> {
    let level = services.store.location_type(id).await?;
    let Some(level) = level else { return Err(project_space::nowhere(principal).into()) };
    let proof = services
        .authorizer
        .authorize_change::<UpdateLocationType, _>(principal, level, change, |level, change| {
            let (after, _) = change.draft(level);
            Attributes::new().with("name", after.name).with("code", after.code)
        })
        .await?;
    as_seen(version, proof.resource().version)?;
    let before = proof.resource().clone();
    let (after, mut faults) = change.draft(&before);
    if faults.is_empty() && after == before {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    if after.parent != before.parent && !faults.concern("parent_id") {
        let (places, _) = work.level_use().await?;
        if places > 0 {
            let message = format!("locations of this level: {places}. they stand where its parent says");
            faults.add(FaultCode::LocationTypeInUse, &["parent_id"], message);
        }
        check_parent(&work.levels().await?, Some(id), after.parent, &mut faults);
    }
    if before.flags.has_users && !after.flags.has_users {
        let people = work.people_there().await?;
        if people > 0 {
            let message = format!("people assigned to locations of this level: {people}");
            faults.add(FaultCode::LocationTypeInUse, &["has_users"], message);
        }
    }
    faults.check()?;
    let code = after.code.clone();
    work.update(after).await.map_err(code_taken(&code))?;
    Ok(work.commit().await?.into_visible())
}
