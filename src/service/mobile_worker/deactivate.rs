use super::{judged, wrong_state};
use crate::authz::{DeactivateMobileWorker, Visible};
use crate::domain::{MobileWorker, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::{Refused, Services};

/// Stops a worker from signing in, and ends the sessions they have. Nothing they did is lost. Deactivating twice
/// changes nothing.
///
/// # Errors
/// [`Refused`]: the worker is deleted or has yet to confirm their account; a failure.
pub async fn deactivate(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Visible<MobileWorker>, Refused> {
    let proof = judged::<DeactivateMobileWorker>(services, principal, id, version).await?;
    match proof.resource().status {
        MobileWorkerStatus::Deactivated => return Ok(proof.into_visible()),
        MobileWorkerStatus::Active => {}
        MobileWorkerStatus::PendingConfirmation => {
            return Err(wrong_state("the worker has yet to confirm their account"));
        }
        MobileWorkerStatus::Deleted => return Err(wrong_state("the worker is deleted")),
    }
    let mut work = services.store.begin(proof).await?;
    work.deactivate().await?;
    Ok(work.commit().await?.into_visible())
}
