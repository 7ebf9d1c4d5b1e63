use super::{judged, new_password, wrong_state};
use crate::authz::{SetMobileWorkerPassword, Visible};
use crate::domain::{FaultCode, Faults, MobileWorker, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::{Refused, Services};
use secrecy::SecretString;

/// Gives a worker another password, and ends the sessions they have.
///
/// # Errors
/// [`Refused`]: the password is too weak; the worker signs in with PersonalID, has yet to confirm their account, or is
/// deleted; a failure.
pub async fn set_password(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
    password: &SecretString,
) -> Result<Visible<MobileWorker>, Refused> {
    let proof = judged::<SetMobileWorkerPassword>(services, principal, id, version).await?;
    match proof.resource().status {
        MobileWorkerStatus::Active | MobileWorkerStatus::Deactivated => {}
        MobileWorkerStatus::PendingConfirmation => {
            let message = "the worker has yet to confirm their account, and sets the password by that";
            return Err(Faults::one(FaultCode::ConfirmationPending, &["id"], message).into());
        }
        MobileWorkerStatus::Deleted => return Err(wrong_state("the worker is deleted: restore them first")),
    }
    let mut faults = Faults::new();
    let password = new_password::check(services, &proof, password, &mut faults).await?;
    let Some(password) = password else { return Err(faults.into()) };
    let hash = services.authenticator.passwords.hash(password).await?;
    let mut work = services.store.begin(proof).await?;
    work.set_password(hash).await.map_err(new_password::locked)?;
    Ok(work.commit().await?.into_visible())
}
