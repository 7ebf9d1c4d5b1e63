use super::{check_loads, judged, stack_of, wrong_state};
use crate::authz::{Attributes, MonitorPolicy, Visible};
use crate::domain::{PolicyRevisionId, PolicyStack, Principal};
use crate::service::{Failure, Refused, Services};

/// Has a revision asked whatever the one in force is asked, and its answers compared. It decides nothing.
///
/// # Errors
/// [`Refused`]: it does not load, or it is in force; a failure.
pub async fn monitor(
    services: &Services,
    principal: &Principal,
    id: PolicyRevisionId,
) -> Result<Visible<PolicyStack>, Refused> {
    let (stack, proposed) = stack_of(services, id).await?;
    let proof = judged::<MonitorPolicy>(services, principal, stack, proposed, "id").await?;
    let revision = services.store.policy_revision(proof.resource(), id).await?.ok_or(Failure::NotFound)?;
    if proof.resource().active == Some(revision.name()) {
        return Err(wrong_state("id", "this revision is in force: there is nothing to compare it with"));
    }
    if proof.resource().monitored == Some(revision.name()) {
        return Ok(proof.into_visible());
    }
    check_loads(services, proof.resource(), &revision, "id").await?;
    let mut work = services.store.begin(proof).await?;
    work.monitor(Some(revision.name())).await?;
    Ok(work.commit().await?.into_visible())
}

/// Has no revision asked but the one in force.
///
/// # Errors
/// [`Refused`].
pub async fn stop(
    services: &Services,
    principal: &Principal,
    project_space: &str,
) -> Result<Visible<PolicyStack>, Refused> {
    let stack = services.store.policy_stack_of(project_space).await?;
    let proof =
        judged::<MonitorPolicy>(services, principal, stack, Attributes::new(), "project_space").await?;
    if proof.resource().monitored.is_none() {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.monitor(None).await?;
    Ok(work.commit().await?.into_visible())
}
