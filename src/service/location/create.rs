use super::fit::{Stand, check_level};
use super::taken;
use crate::authz::{AssignLocation, Attributes, CreateLocation, ReadLocationType, Visible};
use crate::domain::{FaultCode, Faults, Location, LocationId, LocationInput, Principal};
use crate::service::{Refused, Services, project_space};

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
    check_level(types.first(), &Stand { asked: new.parent, found: parent.as_deref() }, &mut faults);
    faults.check()?;

    let has_users = types.first().is_none_or(|level| level.flags.has_users);
    let mut work = services.store.begin(proof).await?;
    let made = work.create(new, has_users, parent.as_deref()).await.map_err(taken)?;
    Ok(work.commit().await?.created(made))
}
