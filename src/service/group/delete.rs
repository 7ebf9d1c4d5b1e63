use super::judged;
use crate::authz::{DeleteGroup, Visible};
use crate::domain::{Group, GroupId, Principal};
use crate::service::{Failure, Refused, Services};

/// Takes a group away: nobody is in it any more, until it is restored with everybody who was.
///
/// # Errors
/// [`Refused`]: a failure; a deleted group is not there to be deleted again.
pub async fn delete(
    services: &Services,
    principal: &Principal,
    id: GroupId,
    version: Option<i32>,
) -> Result<Visible<Group>, Refused> {
    let proof = judged::<DeleteGroup>(services, principal, id, version).await?;
    if proof.resource().is_deleted {
        return Err(Failure::NotFound.into());
    }
    let mut work = services.store.begin(proof).await?;
    work.delete().await?;
    Ok(work.commit().await?.into_visible())
}
