use crate::authz::{ReadCustomPermission, Visible};
use crate::domain::{CustomPermission, Principal, ProjectSpaceId};
use crate::service::{Failure, Services};

/// The permissions that a project space declares and the caller may see, by name.
///
/// # Errors
/// [`Failure`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Vec<Visible<CustomPermission>>, Failure> {
    let scope = services.authorizer.scope::<ReadCustomPermission>(principal, space).await?;
    Ok(services.store.custom_permissions(&scope).await?)
}
