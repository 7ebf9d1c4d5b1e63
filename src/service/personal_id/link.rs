use super::accept::taken;
use super::link_of;
use super::port::account;
use crate::authz::{Denied, LinkPersonalId, Visible};
use crate::domain::{
    FaultCode, Faults, Identity, LinkRefusal, LinkStatus, LinkStep, MobileWorker, Principal,
};
use crate::service::mobile_worker::judged;
use crate::service::{Refused, Services};
use crate::store::StoreError;

/// Links a PersonalID account to the worker who is signed in, on their own phone (reference commcare-users §5.2). The same
/// account again changes nothing.
///
/// # Errors
/// [`Refused`]: whoever is signed in is no worker, or has a link already; the PersonalID token is not valid; the account is
/// linked to another worker. A failure.
pub async fn link(
    services: &Services,
    principal: &Principal,
    personal_id_token: &str,
) -> Result<Visible<MobileWorker>, Refused> {
    let id = match principal.identity {
        Identity::MobileWorker(id) => id,
        Identity::Anonymous => return Err(Denied::Anonymous.into()),
        Identity::WebUser(_) | Identity::System => {
            let message = "only mobile workers have PersonalID links: sign in as one";
            return Err(Faults::one(FaultCode::WrongAccount, &[], message).into());
        }
    };
    let proof = judged::<LinkPersonalId>(services, principal, id, None).await?;
    let present = link_of(proof.resource())?;
    let account = account(services, personal_id_token).await??;
    let is_same = present.account.as_ref().is_some_and(|linked| linked.is(&account));
    if is_same && present.status == LinkStatus::Active {
        return Ok(proof.into_visible());
    }
    match present.status.after(LinkStep::Link) {
        Ok(_active) => {}
        Err(LinkRefusal::Inactive) if is_same => {
            let message = "your PersonalID link is inactive: ask for it with `requestPersonalIdAccess`";
            return Err(Faults::one(FaultCode::LinkInactive, &[], message).into());
        }
        Err(_) => {
            let message = "your account is linked to another PersonalID account";
            return Err(Faults::one(FaultCode::AlreadyLinked, &[], message).into());
        }
    }
    let mut work = services.store.begin(proof).await?;
    match work.link(&account).await {
        Ok(()) => Ok(work.commit().await?.into_visible()),
        Err(StoreError::Conflict(_)) => Err(taken().into()),
        Err(other) => Err(other.into()),
    }
}
