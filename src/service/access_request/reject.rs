use crate::authz::{Attributes, RejectAccessRequest};
use crate::domain::{AccessRequestId, AccessRequestState, Principal};
use crate::service::{Failure, Refused, Services, project_space};

/// Says no to a request. Whoever asked may ask again.
///
/// # Errors
/// [`Refused`]: a failure; an answered request is not there to be answered again.
pub async fn reject(services: &Services, principal: &Principal, id: AccessRequestId) -> Result<(), Refused> {
    let request = services.store.access_request(id).await?;
    let Some(request) = request else { return Err(project_space::nowhere(principal).into()) };
    let proof =
        services.authorizer.authorize::<RejectAccessRequest>(principal, request, Attributes::new()).await?;
    if proof.resource().state != AccessRequestState::Open {
        return Err(Failure::NotFound.into());
    }
    let mut work = services.store.begin(proof).await?;
    work.reject().await?;
    let _done = work.commit().await?;
    Ok(())
}
