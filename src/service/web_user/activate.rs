use super::judged;
use crate::authz::{ActivateWebUser, Visible};
use crate::domain::{Member, MembershipId, Principal};
use crate::service::{Refused, Services};

/// Lets a deactivated web user into the project space again. Activating an active one changes nothing.
///
/// # Errors
/// [`Refused`]: they hold more than the caller; a failure.
pub async fn activate(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
    version: Option<i32>,
) -> Result<Visible<Member>, Refused> {
    let proof = judged::<ActivateWebUser>(services, principal, id, version).await?;
    if proof.resource().is_active() {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.activate().await?;
    Ok(work.commit().await?.into_visible())
}
