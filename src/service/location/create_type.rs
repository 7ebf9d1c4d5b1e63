use crate::authz::{Attributes, CreateLocationType, ReadLocationType, Visible};
use crate::domain::{FaultCode, Faults, LocationType, LocationTypeInput, Principal};
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

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
    if let Some(parent) = new.parent {
        let scope = services.authorizer.scope::<ReadLocationType>(principal, proof.resource().id).await?;
        if services.store.location_types(&scope, Some(&[parent])).await?.is_empty() {
            let message = format!("there is no location type `{parent}`");
            return Err(Faults::one(FaultCode::InvalidValue, &["parent_id"], message).into());
        }
    }
    let code = new.code.clone();
    let mut work = services.store.begin(proof).await?;
    let made = work.create(new).await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            let message = format!("a location type with the code `{code}` exists");
            Refused::Input(Faults::one(FaultCode::NameTaken, &["code"], message))
        }
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(made))
}
