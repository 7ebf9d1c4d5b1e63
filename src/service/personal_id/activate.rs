use super::link_of;
use crate::authz::{ActivatePersonalIdLink, Visible};
use crate::domain::{Faults, LinkStep, MobileWorker, MobileWorkerId, Principal};
use crate::service::mobile_worker::judged;
use crate::service::{Refused, Services};

/// "Link PersonalID": makes an inactive link active again, without a new invite. From then on nobody sets the worker's
/// password. Activating an active link changes nothing.
///
/// # Errors
/// [`Refused`]: there is no link, or the project space has none at all; a failure.
pub async fn activate(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Visible<MobileWorker>, Refused> {
    let proof = judged::<ActivatePersonalIdLink>(services, principal, id, version).await?;
    let status = link_of(proof.resource())?.status;
    if status == status.after(LinkStep::Activate).map_err(Faults::from)? {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.activate().await?;
    Ok(work.commit().await?.into_visible())
}
