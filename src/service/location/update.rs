use super::fit::{Stand, check_level};
use super::{as_seen, taken, wrong_state};
use crate::authz::{AssignLocation, Attributes, ReadLocationType, UpdateLocation, Visible};
use crate::domain::{FaultCode, Faults, Location, LocationChange, LocationId, Principal};
use crate::service::{Failure, Refused, Services, project_space};

/// Changes a location, or moves it with everything below. What is left out stays. Changing nothing writes nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together, an archived location; a failure, among them `Conflict` when `version`
/// is not the present one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    id: LocationId,
    version: Option<i32>,
    change: &LocationChange,
) -> Result<Visible<Location>, Refused> {
    let location = services.store.location(id).await?;
    let Some(location) = location else { return Err(project_space::nowhere(principal).into()) };
    let proof = services
        .authorizer
        .authorize_change::<UpdateLocation, _>(principal, location, change, |location, change| {
            let (after, _) = change.draft(location);
            Attributes::new()
                .with("name", after.name)
                .with("site_code", after.site_code.to_string())
                .with("type_id", after.location_type.hex())
                .with("parent_id", after.parent.map(|id| id.hex()))
        })
        .await?;
    as_seen(version, proof.resource().version)?;
    let before = proof.resource().clone();
    if before.is_archived {
        return Err(wrong_state("the location is archived: unarchive it first"));
    }
    let (after, mut faults) = change.draft(&before);
    let parents = moved(services, principal, &before, &after, &mut faults).await?;
    let parent = parents.iter().find(|parent| Some(parent.id) == after.parent);
    let relevelled = after.location_type != before.location_type;
    if relevelled || after.parent != before.parent {
        let scope = services.authorizer.scope::<ReadLocationType>(principal, before.project_space).await?;
        let types = services.store.location_types(&scope, Some(&[after.location_type])).await?;
        let stand = Stand { asked: after.parent, found: parent.map(|parent| &**parent) };
        if !faults.concern("type_id") && !faults.concern("parent_id") {
            check_level(types.first(), &stand, &mut faults);
        }
    }
    if !relevelled && after == before {
        faults.check()?;
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.hold(&parents.iter().map(|parent| &**parent).collect::<Vec<_>>()).await?;
    if relevelled && work.places_below().await? > 0 {
        let message = "places stand below it, whose level is below its own";
        faults.add(FaultCode::InvalidValue, &["type_id"], message);
    }
    faults.check()?;
    work.update(after, parent.map(|parent| &**parent)).await.map_err(taken)?;
    Ok(work.commit().await?.into_visible())
}

/// The places that a location is taken away from and put below. Each must be the caller's to assign, as everything is that
/// somebody is given or loses: else a place could be moved out of others' reach, or into one's own.
async fn moved(
    services: &Services,
    principal: &Principal,
    before: &Location,
    after: &Location,
    faults: &mut Faults,
) -> Result<Vec<Visible<Location>>, Failure> {
    let mut ids: Vec<LocationId> = Vec::new();
    if after.parent != before.parent {
        ids.extend(before.parent);
    }
    if after.parent != before.parent || after.location_type != before.location_type {
        ids.extend(after.parent);
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let scope = services.authorizer.scope::<AssignLocation>(principal, before.project_space).await?;
    let found = services.store.locations_with_ids(&scope, &ids).await?;
    if after.parent == before.parent {
        // Nothing is moved; where it stands says which level it may be of.
        return Ok(found);
    }
    for id in &ids {
        if !found.iter().any(|parent| parent.id == *id) {
            let message = match before.parent == Some(*id) {
                true => "it stands below a place that is not within your reach".to_owned(),
                false => format!("there is no location `{id}` within your reach"),
            };
            faults.add(FaultCode::LocationOutOfReach, &["parent_id"], message);
        }
    }
    if found.iter().any(|parent| Some(parent.id) == after.parent && parent.lineage.contains(&before.id)) {
        faults.add(FaultCode::InvalidValue, &["parent_id"], "a place cannot stand below itself");
    }
    Ok(found)
}
