use super::invalid;
use crate::authn::Secret;
use crate::authz::{Attributes, ResetPassword};
use crate::domain::account_link::new_password;
use crate::domain::{Faults, Principal};
use crate::service::mobile_worker::new_password::locked;
use crate::service::{Refused, Services};
use crate::store::StoreError;
use secrecy::SecretString;

/// Sets a new password by a link: once. Every session of the account ends, and nobody is signed in by it (security L5).
///
/// # Errors
/// [`Refused`]: the link does not work; the password is too weak, or locked by PersonalID; a failure.
pub async fn reset(
    services: &Services,
    principal: &Principal,
    token: String,
    password: Option<&SecretString>,
) -> Result<(), Refused> {
    let hash = Secret::sent(token).hash();
    let link = services.store.password_reset_link(&hash, services.clock.now()).await?;
    let link = link.ok_or_else(invalid)?;
    let proof = services.authorizer.authorize::<ResetPassword>(principal, link, Attributes::new()).await?;
    let mut faults = Faults::new();
    let password = new_password(&proof.resource().rule, password, &mut faults);
    let Some(password) = password else { return Err(faults.into()) };
    let password_hash = services.authenticator.passwords.hash(password).await?;
    let mut work = services.store.begin(proof).await?;
    work.reset_password(password_hash).await.map_err(|error| match error {
        StoreError::Stale => invalid().into(),
        other => locked(other),
    })?;
    let _done = work.commit().await?;
    Ok(())
}
