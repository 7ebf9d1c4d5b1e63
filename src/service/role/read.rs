use crate::authz::{AssignRole, ReadRole, Visible};
use crate::domain::{Principal, ProjectSpaceId, Role, RoleId};
use crate::service::{Failure, Services};
use std::collections::HashMap;

/// The roles of a project space that the caller may see, by name.
///
/// # Errors
/// [`Failure`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    include_archived: bool,
) -> Result<Vec<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<ReadRole>(principal, space).await?;
    Ok(services.store.roles(&scope, include_archived).await?)
}

/// Those of these roles that the caller may see, in no order.
///
/// # Errors
/// [`Failure`].
pub async fn load(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[RoleId],
) -> Result<Vec<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<ReadRole>(principal, space).await?;
    Ok(services.store.roles_with_ids(&scope, ids).await?)
}

/// How many web users and mobile workers that the caller may see have each of these roles. One that nobody has is not
/// among them.
///
/// # Errors
/// [`Failure`].
pub async fn holders(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[RoleId],
) -> Result<HashMap<RoleId, u64>, Failure> {
    let members = services.authorizer.scope(principal, space).await?;
    let mut holders = services.store.members_by_role(&members, ids).await?;
    let workers = services.authorizer.scope(principal, space).await?;
    for (role, count) in services.store.mobile_workers_by_role(&workers, ids).await? {
        *holders.entry(role).or_default() += count;
    }
    Ok(holders)
}

/// The role of this name, whatever its case; nothing when the caller may not see it.
///
/// # Errors
/// [`Failure`].
pub async fn named(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    name: &str,
) -> Result<Option<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<ReadRole>(principal, space).await?;
    Ok(services.store.role_named(&scope, name).await?)
}

/// The same, of those that the caller may give to somebody.
///
/// # Errors
/// [`Failure`].
pub async fn assignable_named(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    name: &str,
) -> Result<Option<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
    Ok(services.store.role_named(&scope, name).await?)
}

/// The roles that the caller may give to somebody, by name.
///
/// # Errors
/// [`Failure`].
pub async fn assignable(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Vec<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
    Ok(services.store.roles(&scope, false).await?)
}
