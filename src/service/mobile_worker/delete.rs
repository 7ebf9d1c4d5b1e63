use super::judged;
use crate::authz::{DeleteMobileWorker, Visible};
use crate::domain::{MobileWorker, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::{Failure, Refused, Services};

/// Takes a worker away. Only the account, nothing they submitted; and everything can be brought back (DESIGN §6).
///
/// # Errors
/// [`Refused`]: a failure; a deleted worker is not there to be deleted again.
pub async fn delete(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Visible<MobileWorker>, Refused> {
    let proof = judged::<DeleteMobileWorker>(services, principal, id, version).await?;
    if proof.resource().status == MobileWorkerStatus::Deleted {
        return Err(Failure::NotFound.into());
    }
    let mut work = services.store.begin(proof).await?;
    work.delete().await?;
    Ok(work.commit().await?.into_visible())
}
