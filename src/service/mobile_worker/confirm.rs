use crate::authn::{AuthnError, Secret};
use crate::authz::{Attributes, ConfirmMobileWorker, PreviewConfirmation, Visible};
use crate::domain::{
    ConfirmationInput, ConfirmationLink, FaultCode, Faults, Identity, MobileWorkerId, Principal, SignIn,
};
use crate::service::session::{self, SignedIn};
use crate::service::{Failure, Refused, Services};
use crate::store::StoreError;

/// What a link confirms; nothing when the link does not work. Changes nothing.
///
/// # Errors
/// [`Failure`].
pub async fn preview_confirmation(
    services: &Services,
    principal: &Principal,
    token: String,
) -> Result<Option<Visible<ConfirmationLink>>, Failure> {
    let hash = Secret::sent(token).hash();
    let link = services.store.confirmation_link(&hash, services.clock.now()).await?;
    let Some(link) = link else { return Ok(None) };
    let proof =
        services.authorizer.authorize::<PreviewConfirmation>(principal, link, Attributes::new()).await?;
    Ok(Some(proof.into_visible()))
}

/// Confirms an account, and signs its worker in by that.
///
/// # Errors
/// As [`confirm`].
pub async fn confirm_and_sign_in(
    services: &Services,
    principal: &Principal,
    token: String,
    input: &ConfirmationInput,
) -> Result<SignedIn, Refused> {
    let worker = Identity::MobileWorker(confirm(services, principal, token, input).await?);
    let origin = principal.origin.clone();
    let worker = services.authenticator.principal(worker, SignIn::Password, origin).await;
    let worker = worker.map_err(|error| match error {
        // Deactivated between two statements.
        AuthnError::Invalid => Failure::Conflict,
        other => other.into(),
    })?;
    session::open(services, worker).await
}

/// Confirms an account by its link, once: it is active from then on, with the names and the password that were given.
///
/// # Errors
/// [`Refused`]: the link does not work; all faults of the input together; a failure.
pub async fn confirm(
    services: &Services,
    principal: &Principal,
    token: String,
    input: &ConfirmationInput,
) -> Result<MobileWorkerId, Refused> {
    let hash = Secret::sent(token).hash();
    let link = services.store.confirmation_link(&hash, services.clock.now()).await?;
    let link = link.ok_or_else(invalid)?;
    let proof =
        services.authorizer.authorize::<ConfirmMobileWorker>(principal, link, Attributes::new()).await?;
    let confirmation = input.parse(proof.resource())?;
    let password_hash = services.authenticator.passwords.hash(confirmation.password.clone()).await?;
    let mut work = services.store.begin(proof).await?;
    match work.confirm(&confirmation, password_hash).await {
        Ok(id) => {
            let _done = work.commit().await?;
            Ok(id)
        }
        Err(StoreError::Stale) => {
            // Its transaction ends here: the next look needs the connection.
            drop(work);
            // The link was used at this moment, which is the answer; or an admin changed the worker, and it still works.
            let link = services.store.confirmation_link(&hash, services.clock.now()).await?;
            Err(if link.is_some() { Failure::Conflict.into() } else { invalid().into() })
        }
        Err(other) => Err(other.into()),
    }
}

/// One answer for a link that is none, was used, was replaced by a newer one, or is too old (security L6).
fn invalid() -> Faults {
    let message = "the link no longer works: use the one in the newest mail, once, or ask for a new one. If you have \
                   confirmed your account, sign in";
    Faults::one(FaultCode::InvalidToken, &["token"], message)
}
