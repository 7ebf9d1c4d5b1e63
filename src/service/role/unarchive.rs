use super::judged;
use crate::authz::{UnarchiveRole, Visible};
use crate::domain::{Principal, Role, RoleId};
use crate::service::{Refused, Services};

/// Lets an archived role be given again. One that is not archived stays as it is.
///
/// # Errors
/// [`Refused`]: a failure.
pub async fn unarchive(
    services: &Services,
    principal: &Principal,
    id: RoleId,
    version: Option<i32>,
) -> Result<Visible<Role>, Refused> {
    let proof = judged::<UnarchiveRole>(services, principal, id, version).await?;
    if !proof.resource().is_archived {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.unarchive().await?;
    Ok(work.commit().await?.into_visible())
}
