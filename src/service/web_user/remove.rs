use super::{judged, last_admin, somebody_else, within_reach};
use crate::authz::RemoveWebUser;
use crate::domain::{MembershipId, Principal};
use crate::service::{Refused, Services};
use chrono::{DateTime, Utc};

/// A membership that was taken away.
#[derive(Debug, Clone, Copy)]
pub struct Removed {
    /// Which.
    pub id: MembershipId,
    /// Until when it can be undone.
    pub undo_until: DateTime<Utc>,
}

/// Takes a membership away ("Remove Membership"): from their next request on, the person has no part in the project space
/// any more. Their account and other project spaces are not touched.
///
/// # Errors
/// [`Refused`]: the last active admin; oneself; they hold more than the caller; a failure.
pub async fn remove(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
    version: Option<i32>,
) -> Result<Removed, Refused> {
    let proof = judged::<RemoveWebUser>(services, principal, id, version).await?;
    somebody_else(principal, proof.resource(), &["id"])?;
    within_reach(principal, proof.resource())?;
    let mut work = services.store.begin(proof).await?;
    work.remove().await.map_err(last_admin(&["id"]))?;
    let now = work.now();
    let done = work.commit().await?;
    Ok(Removed { id, undo_until: done.resource().undo_until().unwrap_or(now) })
}
