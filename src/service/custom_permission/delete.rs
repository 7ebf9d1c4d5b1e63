use crate::authz::{Attributes, DeleteCustomPermission};
use crate::domain::{CustomPermissionId, FaultCode, Faults, Principal};
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

/// Takes a declared permission back.
///
/// # Errors
/// [`Refused`]: roles grant it, and how many; a failure.
pub async fn delete(
    services: &Services,
    principal: &Principal,
    id: CustomPermissionId,
) -> Result<(), Refused> {
    let permission = services.store.custom_permission(id).await?;
    let Some(permission) = permission else { return Err(project_space::nowhere(principal).into()) };
    let proof = services
        .authorizer
        .authorize::<DeleteCustomPermission>(principal, permission, Attributes::new())
        .await?;
    let mut work = services.store.begin(proof).await?;
    let grants = work.grants_of_it().await?;
    if grants > 0 {
        let message = format!("roles that grant it: {grants}. take it from them first");
        return Err(Faults::one(FaultCode::PermissionInUse, &["id"], message).into());
    }
    work.delete().await.map_err(|error| match error {
        // A role was given it between the count and the write.
        StoreError::Gone(_) => {
            Refused::Input(Faults::one(FaultCode::PermissionInUse, &["id"], "a role grants it"))
        }
        other => other.into(),
    })?;
    let _done = work.commit().await?;
    Ok(())
}
