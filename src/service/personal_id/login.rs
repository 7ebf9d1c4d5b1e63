use super::port::account;
use crate::authn::AuthnError;
use crate::domain::{FaultCode, Faults, LinkStatus, Origin, SignIn};
use crate::service::session::{self, SignedIn};
use crate::service::{Failure, Refused, Services};

/// Signs in with PersonalID: the worker of this project space whose active link is to the token's account.
///
/// # Errors
/// [`Refused`]: the token is not valid; the link is inactive, which is told to nobody but whoever has its account; and one
/// answer for all else: no such project space, no link there, no links at all, a worker who may not sign in. A failure.
pub async fn login(
    services: &Services,
    origin: Origin,
    project_space: &str,
    personal_id_token: &str,
) -> Result<SignedIn, Refused> {
    let account = account(services, personal_id_token).await??;
    let found = services.store.personal_id_credential(project_space, &account).await?;
    let Some(found) = found.filter(|found| found.may_sign_in) else { return Err(nobody().into()) };
    match found.link {
        LinkStatus::Active => {}
        LinkStatus::Inactive => {
            let message = "your PersonalID link is inactive: ask for it with `requestPersonalIdAccess`";
            return Err(Faults::one(FaultCode::LinkInactive, &[], message).into());
        }
        LinkStatus::NotLinked => return Err(nobody().into()),
    }
    let principal = services.authenticator.principal(found.identity, SignIn::PersonalId, origin).await;
    let principal = match principal {
        Err(AuthnError::Invalid) => return Err(nobody().into()),
        other => other?,
    };
    match session::open(services, principal).await {
        // The link became inactive between two statements.
        Err(Refused::Failure(Failure::Conflict)) => Err(nobody().into()),
        other => other,
    }
}

fn nobody() -> Faults {
    let message = "this PersonalID account is linked to no account that can sign in here";
    Faults::one(FaultCode::WrongCredentials, &[], message)
}
