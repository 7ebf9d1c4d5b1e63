use super::{judged, wrong_state};
use crate::authz::{RestoreMobileWorker, Visible};
use crate::domain::{MobileWorker, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::{Refused, Services};

/// Brings a deleted worker back, as they were.
///
/// # Errors
/// [`Refused`]: the worker is not deleted; a failure.
pub async fn restore(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Visible<MobileWorker>, Refused> {
    let proof = judged::<RestoreMobileWorker>(services, principal, id, version).await?;
    if proof.resource().status != MobileWorkerStatus::Deleted {
        return Err(wrong_state("the worker is not deleted"));
    }
    let mut work = services.store.begin(proof).await?;
    work.restore().await?;
    Ok(work.commit().await?.into_visible())
}
