use super::send_confirmation::addressed;
use super::{judged, wrong_state};
use crate::authz::SendMobileWorkerPasswordReset;
use crate::domain::{FaultCode, Faults, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::invitation::new_link;
use crate::service::{Refused, Services};

/// Sends a worker a link to a new password (seed 002). The password they have works until they use it.
///
/// # Errors
/// [`Refused`]: the worker has no address, may not sign in, has yet to confirm their account, or signs in with PersonalID; a
/// failure, among them `TooOften`.
pub async fn send_password_reset(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<(), Refused> {
    let proof = judged::<SendMobileWorkerPasswordReset>(services, principal, id, version).await?;
    let worker = proof.resource();
    match worker.status {
        MobileWorkerStatus::Active => {}
        MobileWorkerStatus::PendingConfirmation => {
            let message = "the worker has yet to confirm their account, and sets the password by that";
            return Err(Faults::one(FaultCode::ConfirmationPending, &["id"], message).into());
        }
        MobileWorkerStatus::Deactivated => {
            return Err(wrong_state("the worker may not sign in: activate them first"));
        }
        MobileWorkerStatus::Deleted => return Err(wrong_state("the worker is deleted: restore them first")),
    }
    worker.check_password_is_editable(&["id"])?;
    addressed(worker)?;
    let link = new_link(services)?;
    let mut work = services.store.begin(proof).await?;
    work.send_password_reset(&link, services.worker_suffix()).await?;
    let _done = work.commit().await?;
    Ok(())
}
