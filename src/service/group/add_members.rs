use super::members::{Membership, may_be_regrouped, regrouping};
use crate::authz::Visible;
use crate::domain::{ASSIGNMENTS_MAX, FaultCode, Faults, Group, GroupId, Principal};
use crate::service::{Refused, Services};

/// Puts workers into a group. Who is in it already stays.
///
/// # Errors
/// [`Refused`]: all faults of the input together, and then nobody is put in; a failure.
pub async fn add_members(
    services: &Services,
    principal: &Principal,
    id: GroupId,
    workers: &[String],
) -> Result<Visible<Group>, Refused> {
    let proof = regrouping(services, principal, id).await?;
    let mut faults = Faults::new();
    let found =
        may_be_regrouped(services, principal, &proof, workers, Membership::Added, &mut faults).await?;
    let mut added = Vec::new();
    for (index, worker) in found {
        if worker.profile.groups.len() >= ASSIGNMENTS_MAX {
            let message = format!("`{}` is in {ASSIGNMENTS_MAX} groups already", worker.username);
            faults.add(FaultCode::TooLong, &["worker_ids", &index.to_string()], message);
        }
        added.push(worker);
    }
    faults.check()?;
    if added.is_empty() {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.add_members(&added).await?;
    Ok(work.commit().await?.into_visible())
}
