use crate::authz::{AssignLocation, Attributes, CreateLocation, ReadLocationType, Visible};
use crate::domain::{FaultCode, Faults, Location, LocationId, LocationInput, Principal, location};
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

/// Makes a location, at the top or below a place within the caller's reach.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &LocationInput,
) -> Result<Visible<Location>, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let parent = input.parent.as_deref().and_then(|id| LocationId::parse(id).ok());
    let proposed =
        Attributes::new().with("name", input.name.as_str()).with("parent_id", parent.map(|id| id.hex()));
    let proof = services.authorizer.authorize::<CreateLocation>(principal, space, proposed).await?;
    let new = input.parse()?;
    let space = proof.resource().id;

    let mut faults = Faults::new();
    let scope = services.authorizer.scope::<ReadLocationType>(principal, space).await?;
    let types = services.store.location_types(&scope, Some(&[new.location_type])).await?;
    let parent = match new.parent {
        None => None,
        Some(id) => {
            let scope = services.authorizer.scope::<AssignLocation>(principal, space).await?;
            let parent = services.store.locations_with_ids(&scope, &[id]).await?.into_iter().next();
            if parent.is_none() {
                let message = format!("there is no location `{id}` within your reach");
                faults.add(FaultCode::LocationOutOfReach, &["parent_id"], message);
            }
            parent
        }
    };
    match (types.first(), &parent) {
        (None, _) => {
            let message = format!("there is no location type `{}`", new.location_type);
            faults.add(FaultCode::InvalidValue, &["type_id"], message);
        }
        // A district stands below a state, and a state below nothing (reference §6.1).
        (Some(level), _) if new.parent.is_none() && level.parent.is_some() => {
            faults.add(
                FaultCode::Required,
                &["parent_id"],
                format!("a `{}` stands below another place", level.name),
            );
        }
        (Some(level), Some(above)) if level.parent != Some(above.location_type) => {
            let message = format!("a `{}` cannot stand below `{}`", level.name, above.name);
            faults.add(FaultCode::InvalidValue, &["parent_id"], message);
        }
        _ => {}
    }
    if parent.as_ref().is_some_and(|above| above.lineage.len() >= location::DEPTH_MAX) {
        let message = format!("a tree is at most {} levels deep", location::DEPTH_MAX);
        faults.add(FaultCode::InvalidValue, &["parent_id"], message);
    }
    faults.check()?;

    let mut work = services.store.begin(proof).await?;
    let made = work.create(new, parent.as_deref()).await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            let message = "the name is taken among its siblings, or the site code in the project space";
            Refused::Input(Faults::one(FaultCode::NameTaken, &["name"], message))
        }
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(made))
}
