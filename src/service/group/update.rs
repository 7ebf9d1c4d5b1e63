use super::{taken, unchanged, wrong_state};
use crate::authz::{Attributes, UpdateGroup, Visible};
use crate::domain::{Group, GroupChanges, GroupId, Principal};
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

/// Changes a group's name and flags. What is left out stays. Changing nothing writes nothing.
///
/// # Errors
/// [`Refused`]: a faulty or taken name, a deleted group; a failure, among them `Conflict` when `version` is not the
/// present one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    id: GroupId,
    version: Option<i32>,
    changes: &GroupChanges,
) -> Result<Visible<Group>, Refused> {
    let group = services.store.group(id).await?;
    let Some(group) = group else { return Err(project_space::nowhere(principal).into()) };
    let proof = services
        .authorizer
        .authorize_change::<UpdateGroup, _>(principal, group, changes, |group, changes| {
            Attributes::new()
                .with("name", changes.name.as_deref().unwrap_or(&group.name))
                .with("case_sharing", changes.case_sharing.unwrap_or(group.case_sharing))
                .with("reporting", changes.reporting.unwrap_or(group.reporting))
        })
        .await?;
    unchanged(&proof, version)?;
    if proof.resource().is_deleted {
        return Err(wrong_state("id", "the group is deleted: restore it first"));
    }
    let after = changes.apply(proof.resource())?;
    if after == *proof.resource() {
        return Ok(proof.into_visible());
    }
    let name = after.name.clone();
    let mut work = services.store.begin(proof).await?;
    work.update(after).await.map_err(|error| match error {
        StoreError::Conflict(_) => taken(&name),
        other => other.into(),
    })?;
    Ok(work.commit().await?.into_visible())
}
