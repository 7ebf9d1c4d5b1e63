use crate::authz::{Attributes, DeleteApiKey};
use crate::domain::{ApiKeyId, Principal};
use crate::service::{Refused, Services, project_space};

/// Takes a key away: its next use is refused.
///
/// # Errors
/// [`Refused`]: a failure.
pub async fn delete(services: &Services, principal: &Principal, id: ApiKeyId) -> Result<(), Refused> {
    let key = services.store.api_key(id).await?;
    let Some(key) = key else { return Err(project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize::<DeleteApiKey>(principal, key, Attributes::new()).await?;
    let mut work = services.store.begin(proof).await?;
    work.delete().await?;
    let _done = work.commit().await?;
    Ok(())
}
