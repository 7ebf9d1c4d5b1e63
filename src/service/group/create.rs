use super::taken;
use crate::authz::{Attributes, CreateGroup, Visible};
use crate::domain::{Group, GroupInput, Principal};
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

/// Makes a group.
///
/// # Errors
/// [`Refused`]: a faulty or taken name; a failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &GroupInput,
) -> Result<Visible<Group>, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let proposed = Attributes::new()
        .with("name", input.name.as_str())
        .with("case_sharing", input.case_sharing)
        .with("reporting", input.reporting);
    let proof = services.authorizer.authorize::<CreateGroup>(principal, space, proposed).await?;
    let (name, metadata) = input.parse()?;
    let mut work = services.store.begin(proof).await?;
    let group = work.create((name.clone(), metadata), input).await.map_err(|error| match error {
        StoreError::Conflict(_) => taken(&name),
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(group))
}
