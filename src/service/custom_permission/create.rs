use crate::authz::{Attributes, CreateCustomPermission, Visible};
use crate::domain::permission::DECLARED_MAX;
use crate::domain::{CustomPermission, CustomPermissionInput, FaultCode, Faults, Principal};
use crate::service::{Refused, Services, custom_permission, project_space};
use crate::store::StoreError;

/// Declares a permission, which roles may grant from then on. Only admins may.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &CustomPermissionInput,
) -> Result<Visible<CustomPermission>, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let proposed = Attributes::new().with("name", input.name.as_str());
    let proof = services.authorizer.authorize::<CreateCustomPermission>(principal, space, proposed).await?;
    let (name, description) = input.parse()?;
    if custom_permission::list(services, principal, proof.resource().id).await?.len() >= DECLARED_MAX {
        let message = format!("a project space declares {DECLARED_MAX} permissions at most");
        return Err(Faults::one(FaultCode::TooLong, &[], message).into());
    }
    let taken = format!("a permission named `{name}` exists");
    let mut work = services.store.begin(proof).await?;
    let made = work.create(name, description, input.can_be_limited).await.map_err(|error| match error {
        StoreError::Conflict(_) => Refused::Input(Faults::one(FaultCode::NameTaken, &["name"], taken)),
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(made))
}
