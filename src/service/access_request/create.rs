use crate::authz::{Attributes, RequestAccess};
use crate::domain::{AccessRequestInput, Identity, Principal};
use crate::service::{Refused, Services, viewer};
use crate::store::StoreError;

/// Asks to be let into a project space. The answer is the same whether there is such a space, whether it lets strangers
/// ask, and whether it knows the address already.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &AccessRequestInput,
) -> Result<(), Refused> {
    let account = match principal.identity {
        Identity::WebUser(id) => Some(viewer::account(services, principal, id).await?),
        // A worker has no address of their own to be invited at.
        Identity::Anonymous | Identity::MobileWorker(_) | Identity::System => None,
    };
    let new = input.parse(account.as_deref())?;
    let Some(door) = services.store.front_door(project_space).await? else { return Ok(()) };
    let proof = services.authorizer.authorize::<RequestAccess>(principal, door, Attributes::new()).await?;
    let mut work = services.store.begin(proof).await?;
    match work.request(&new).await {
        Ok(Some(_)) => {
            let _done = work.commit().await?;
            Ok(())
        }
        Ok(None) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
