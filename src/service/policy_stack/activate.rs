use super::hold::{LockOut, check_holds};
use super::{check_loads, check_version, judged, stack_of, wrong_state};
use crate::authz::{ActivatePolicy, Visible};
use crate::domain::policy_stack::check_comment;
use crate::domain::{ActivationKind, Faults, PolicyRevisionId, PolicyStack, Principal};
use crate::service::{Failure, Refused, Services};

/// Puts a revision in force: at once, and on all gateways within seconds. Refused unless it loads, the
/// project space's cases hold, and the caller can take it back.
///
/// # Errors
/// [`Refused`]: it does not load, is in force already, or one of those does not hold; a failure, among them `Conflict`
/// when `version` is not the present one.
pub async fn activate(
    services: &Services,
    principal: &Principal,
    id: PolicyRevisionId,
    version: Option<i32>,
    comment: &str,
    lock_out: LockOut,
) -> Result<Visible<PolicyStack>, Refused> {
    let (stack, proposed) = stack_of(services, id).await?;
    let proof = judged::<ActivatePolicy>(services, principal, stack, proposed, "id").await?;
    check_version(&proof, version)?;
    let mut faults = Faults::new();
    check_comment(comment, &mut faults);
    faults.check()?;
    let revision = services.store.policy_revision(proof.resource(), id).await?.ok_or(Failure::NotFound)?;
    if proof.resource().active == Some(revision.name()) {
        return Err(wrong_state("id", "this revision is in force already"));
    }
    check_loads(services, proof.resource(), &revision, "id").await?;
    check_holds(services, principal, proof.resource(), Some(&revision), lock_out, "id").await?;
    let back_to = proof.resource().activation;
    let mut work = services.store.begin(proof).await?;
    let comment = comment.trim().to_owned();
    work.put_in_force(ActivationKind::Activate, Some(revision.name()), back_to, comment).await?;
    Ok(work.commit().await?.into_visible())
}
