use super::link_of;
use crate::authz::{DeactivatePersonalIdLink, Visible};
use crate::domain::{Faults, LinkStep, MobileWorker, MobileWorkerId, Principal};
use crate::service::mobile_worker::judged;
use crate::service::{Refused, Services};

/// "Unlink PersonalID": makes an active link inactive. The link is kept; the sessions that PersonalID opened end, on every
/// gateway, and the worker's password can be set again. Of an inactive link it says no to the worker who asks for it;
/// otherwise deactivating twice changes nothing.
///
/// # Errors
/// [`Refused`]: there is no link, or the project space has none at all; a failure.
pub async fn deactivate(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Visible<MobileWorker>, Refused> {
    let proof = judged::<DeactivatePersonalIdLink>(services, principal, id, version).await?;
    let link = link_of(proof.resource())?;
    let after = link.status.after(LinkStep::Deactivate).map_err(Faults::from)?;
    if link.status == after && link.access_requested_at.is_none() {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.deactivate().await?;
    Ok(work.commit().await?.into_visible())
}
