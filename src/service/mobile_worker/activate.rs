use super::{judged, wrong_state};
use crate::authz::{ActivateMobileWorker, Visible};
use crate::domain::{MobileWorker, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::{Refused, Services};

/// Lets a deactivated worker sign in again. Activating an active one changes nothing.
///
/// # Errors
/// [`Refused`]: the worker is deleted or has yet to confirm their account; a failure.
pub async fn activate(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Visible<MobileWorker>, Refused> {
    let proof = judged::<ActivateMobileWorker>(services, principal, id, version).await?;
    match proof.resource().status {
        MobileWorkerStatus::Active => return Ok(proof.into_visible()),
        MobileWorkerStatus::Deactivated => {}
        MobileWorkerStatus::PendingConfirmation => {
            return Err(wrong_state("the worker has yet to confirm their account"));
        }
        MobileWorkerStatus::Deleted => return Err(wrong_state("the worker is deleted: restore them first")),
    }
    let mut work = services.store.begin(proof).await?;
    work.activate().await?;
    Ok(work.commit().await?.into_visible())
}
