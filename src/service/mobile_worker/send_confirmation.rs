use super::{judged, wrong_state};
use crate::authz::SendMobileWorkerConfirmation;
use crate::domain::{FaultCode, Faults, MobileWorker, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::invitation::new_link;
use crate::service::{Refused, Services};

/// Sends a worker who has yet to confirm their account a link to do so. It can be sent again: the newest link works.
///
/// # Errors
/// [`Refused`]: the account is confirmed, deleted, or has no address; a failure, among them `TooOften`.
pub async fn send_confirmation(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<(), Refused> {
    let proof = judged::<SendMobileWorkerConfirmation>(services, principal, id, version).await?;
    let worker = proof.resource();
    match worker.status {
        MobileWorkerStatus::PendingConfirmation => {}
        MobileWorkerStatus::Active | MobileWorkerStatus::Deactivated => {
            let message = "the account is confirmed";
            return Err(Faults::one(FaultCode::AlreadyConfirmed, &["id"], message).into());
        }
        MobileWorkerStatus::Deleted => return Err(wrong_state("the worker is deleted: restore them first")),
    }
    addressed(worker)?;
    let link = new_link(services)?;
    let mut work = services.store.begin(proof).await?;
    work.send_confirmation(&link, services.worker_suffix()).await?;
    let _done = work.commit().await?;
    Ok(())
}

/// That a mail to the worker has somewhere to go.
pub(super) fn addressed(worker: &MobileWorker) -> Result<(), Faults> {
    if worker.profile.email.is_some() {
        return Ok(());
    }
    let message = "the worker has no e-mail address to send it to";
    Err(Faults::one(FaultCode::EmailRequired, &["id"], message))
}
