use super::{judged, last_admin};
use crate::authz::{Authorized, Denied, RemoveWebUser};
use crate::domain::{Identity, MembershipId, Principal};
use crate::service::{Failure, Refused, Services};
use crate::store::UnitOfWork;
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
    let mut work = services.store.begin(proof).await?;
    work.remove().await.map_err(last_admin(&["id"]))?;
    removed(work).await
}

/// The same by the gateway's operator, for the last admin too (seed 001: "If you are the only admin on the project space,
/// you can reach out to support … and we will remove your account").
///
/// # Errors
/// [`Refused`]: a failure, among them that the caller is not the operator at the command line.
pub async fn remove_by_operator(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
) -> Result<Removed, Refused> {
    if principal.identity != Identity::System {
        return Err(Failure::from(Denied::NotVisible).into());
    }
    let proof: Authorized<RemoveWebUser> = judged(services, principal, id, None).await?;
    let mut work = services.store.begin(proof).await?;
    work.remove_whoever_it_is().await?;
    removed(work).await
}

async fn removed(work: UnitOfWork<RemoveWebUser>) -> Result<Removed, Refused> {
    let (now, done) = (work.now(), work.commit().await?);
    let member = done.resource();
    Ok(Removed { id: member.id, undo_until: member.undo_until().unwrap_or(now) })
}
