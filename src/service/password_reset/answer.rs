use crate::authz::{AnswerPasswordReset, Attributes};
use crate::domain::{Channel, Origin, Principal};
use crate::service::invitation::new_link;
use crate::service::{Failure, Services};
use crate::store::StoreError;

/// Answers the oldest request for a new password, if there is one: whoever it belongs to is mailed a link, unless their
/// address was sent enough of them of late. Says whether there was one. Safe to call from many gateways at once.
///
/// # Errors
/// [`Failure`].
pub async fn answer_next(services: &Services) -> Result<bool, Failure> {
    let Some(request) = services.store.next_password_reset().await? else { return Ok(false) };
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
    Ok(true)
}
