use crate::authz::{AssignRole, ReadRole, Visible};
use crate::domain::{Principal, ProjectSpaceId, Role, RoleId};
use crate::service::{Failure, Services};

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
