use super::{admissible, check_assigners, grantable, name_taken};
use crate::authz::{Attributes, UpdateRole, Visible};
use crate::domain::{Patch, Principal, Role, RoleChange, RoleId};
use crate::service::{Refused, Services, project_space};

/// Changes a role, and with it what all those who have it may do from their next request on. What is left out stays.
/// Changing nothing writes nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure, among them `Conflict` when `version` is not the present
/// one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    id: RoleId,
    version: Option<i32>,
    change: &RoleChange,
) -> Result<Visible<Role>, Refused> {
    let role = services.store.role(id).await?;
    let Some(role) = role else { return Err(project_space::nowhere(principal).into()) };
    let proof =
        services.authorizer.authorize_change::<UpdateRole, _>(principal, role, change, proposed).await?;
    admissible(principal, &proof, version)?;
    let before = proof.resource().clone();
    let space = before.project_space;
    let (after, mut faults) = change.draft(&before, &grantable(services, principal, space).await?);
    if let Patch::Set(given) = &change.assignable_by {
        let is_new = |id: &&RoleId| !before.assignable_by.contains(id);
        let added: Vec<RoleId> = after.assignable_by.iter().filter(is_new).copied().collect();
        check_assigners(services, principal, space, &added, given, &mut faults).await?;
    }
    faults.check()?;
    if after == before {
        return Ok(proof.into_visible());
    }
    let name = after.name.clone();
    let mut work = services.store.begin(proof).await?;
    work.update(after).await.map_err(name_taken(&name))?;
    Ok(work.commit().await?.into_visible())
}

/// What would become of a role, for the policy.
fn proposed(role: &Role, change: &RoleChange) -> Attributes {
    let permissions = match &change.permissions {
        Patch::Keep => role.grants.iter().map(|(name, _)| name.to_owned()).collect(),
        Patch::Clear => Vec::new(),
        Patch::Set(permissions) => permissions.iter().map(|(name, _)| name.clone()).collect(),
    };
    Attributes::new()
        .with("name", change.name.as_set().unwrap_or(&role.name).as_str())
        .with("permissions", permissions)
        .with("editable_by_non_admins", change.editable_by_non_admins.unwrap_or(role.editable_by_non_admins))
}
