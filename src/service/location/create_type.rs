use super::code_taken;
use super::fit::check_parent;
use crate::authz::{Attributes, CreateLocationType, Visible};
use crate::domain::{FaultCode, Faults, LocationType, LocationTypeInput, Principal};
use crate::service::{Refused, Services, project_space};
use crate::store::LOCATION_TYPES_MAX;

/// Makes a location type: a level of the tree.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure.
pub async fn create_type(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &LocationTypeInput,
) -> Result<Visible<LocationType>, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let proposed = Attributes::new().with("name", input.name.as_str());
    let proof = services.authorizer.authorize::<CreateLocationType>(principal, space, proposed).await?;
    let new = input.parse()?;
    let mut work = services.store.begin(proof).await?;
    let levels = work.levels().await?;
    let mut faults = Faults::new();
    if u64::try_from(levels.len()).is_ok_and(|number| number >= LOCATION_TYPES_MAX) {
        let message = format!("a project space has {LOCATION_TYPES_MAX} location types at most");
        faults.add(FaultCode::TooLong, &[], message);
    }
    check_parent(&levels, None, new.parent, &mut faults);
    faults.check()?;
    let code = new.code.to_string();
    let made = work.create(new).await.map_err(code_taken(&code))?;
    Ok(work.commit().await?.created(made))
}
