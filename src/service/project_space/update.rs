use crate::authz::{Action, Attributes, UpdateProjectSpace, Visible};
use crate::domain::{Principal, ProjectSpace, ProjectSpaceChange};
use crate::service::{Failure, Refused, Services, host_rule, project_space};

/// Changes a project space's name for people and its settings. What is left out stays, and changing nothing writes
/// nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure, among them `Conflict` when `version` is not the present
/// one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    name: &str,
    version: Option<i32>,
    change: &ProjectSpaceChange,
) -> Result<Visible<ProjectSpace>, Refused> {
    let space = services.store.project_space_named(name).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let proof =
        services.authorizer.authorize::<UpdateProjectSpace>(principal, space, Attributes::new()).await?;
    let before = proof.resource();
    host_rule::check_project_space(principal, UpdateProjectSpace::NAME, before).check()?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Failure::Conflict.into());
    }
    let (display_name, settings) = change.draft(before)?;
    if display_name == before.display_name && settings == before.settings {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.update(display_name, settings).await?;
    Ok(work.commit().await?.into_visible())
}
