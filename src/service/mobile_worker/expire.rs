use crate::authz::{Attributes, DeactivateMobileWorker};
use crate::domain::{Channel, Origin, Principal};
use crate::service::{Failure, Services};
use crate::store::StoreError;

/// Deactivates the next worker whose date has come, and ends their sessions; says whether there was one. The audit says that
/// a job did it. Safe to call from many gateways at once.
///
/// # Errors
/// [`Failure`].
pub async fn deactivate_next(services: &Services) -> Result<bool, Failure> {
    let Some(worker) = services.store.next_to_deactivate(services.clock.now()).await? else {
        return Ok(false);
    };
    let job = Principal::system(Origin::new(Channel::Job, "deactivation dates"));
    let proof =
        services.authorizer.authorize::<DeactivateMobileWorker>(&job, worker, Attributes::new()).await?;
    let id = proof.resource().id;
    let mut work = services.store.begin(proof).await?;
    match work.deactivate().await {
        Ok(()) => {
            let _done = work.commit().await?;
            tracing::info!(mobile_worker.id = %id, "deactivated mobile worker `{id}`: their date has come");
        }
        // Another gateway was faster, or somebody changed the worker: the next look finds out.
        Err(StoreError::Stale) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(true)
}
