use super::members::{Membership, may_be_regrouped, regrouping};
use crate::authz::Visible;
use crate::domain::{Faults, Group, GroupId, Principal};
use crate::service::{Refused, Services};

/// Takes workers out of a group. Who is not in it is passed over.
///
/// # Errors
/// [`Refused`]: all faults of the input together, and then nobody is taken out; a failure.
pub async fn remove_members(
    services: &Services,
    principal: &Principal,
    id: GroupId,
    workers: &[String],
) -> Result<Visible<Group>, Refused> {
    let proof = regrouping(services, principal, id).await?;
    let mut faults = Faults::new();
    let found =
        may_be_regrouped(services, principal, &proof, workers, Membership::Removed, &mut faults).await?;
    faults.check()?;
    let removed: Vec<_> = found.into_iter().map(|(_, worker)| worker).collect();
    if removed.is_empty() {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.remove_members(&removed).await?;
    Ok(work.commit().await?.into_visible())
}
