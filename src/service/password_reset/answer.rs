use crate::authz::{AnswerPasswordReset, Attributes, Sealed};
use crate::domain::{Channel, Origin, PasswordResetRequest, Principal};
use crate::service::invitation::new_link;
use crate::service::{Failure, Services};
use crate::store::StoreError;

/// How many requests are tried in one step when the first ones fail.
const TRIES: u64 = 20;

/// Answers the oldest request for a new password that can be answered: its account is mailed a link, unless its address was
/// sent enough of them lately. When no account waits, deletes the requests for names without an account. Returns how many
/// requests are done. A request that fails holds up no other. Safe to call from many gateways at once.
///
/// # Errors
/// [`Failure`] when every request that was tried failed.
pub async fn answer_next(services: &Services) -> Result<u64, Failure> {
    let requests = services.store.next_password_resets(TRIES).await?;
    if requests.is_empty() {
        return Ok(services.store.forget_unknown_resets().await?);
    }
    let mut failed = None;
    for request in requests {
        match answer(services, request).await {
            Ok(()) => return Ok(1),
            Err(failure) => {
                tracing::warn!(
                    error = &failure as &dyn std::error::Error,
                    "could not answer a request for a new password"
                );
                failed = Some(failure);
            }
        }
    }
    failed.map_or(Ok(0), Err)
}

async fn answer(services: &Services, request: Sealed<PasswordResetRequest>) -> Result<(), Failure> {
    let job = Principal::system(Origin::new(Channel::Job, "password resets"));
    let proof =
        services.authorizer.authorize::<AnswerPasswordReset>(&job, request, Attributes::new()).await?;
    let link = new_link(services)?;
    let mut work = services.store.begin(proof).await?;
    match work.answer(&link, services.worker_suffix()).await {
        Ok(()) => work.commit_routine().await?,
        // Another gateway answered this one.
        Err(StoreError::Stale | StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
