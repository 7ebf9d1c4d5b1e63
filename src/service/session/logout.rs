use crate::authz::{Attributes, Denied, EndSession};
use crate::domain::Principal;
use crate::service::{Failure, Refused, Services};

/// Ends the session that the access token belongs to: neither token is taken any more, by any gateway.
///
/// # Errors
/// [`Refused`]: a failure, among them `Unauthenticated` without a session.
pub async fn logout(services: &Services, principal: &Principal) -> Result<(), Refused> {
    let Some(id) = principal.session else { return Err(Denied::Anonymous.into()) };
    let session = services.store.session(id).await?.ok_or(Failure::NotFound)?;
    let proof = services.authorizer.authorize::<EndSession>(principal, session, Attributes::new()).await?;
    let mut work = services.store.begin(proof).await?;
    work.end().await?;
    let _done = work.commit().await?;
    Ok(())
}
