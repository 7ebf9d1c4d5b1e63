use crate::authz::{ReadRole, Visible};
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
