use super::hold::{LockOut, check_holds};
use super::{check_loads, check_version, judged_or_standard, wrong_state};
use crate::authz::{ActivatePolicy, Attributes, Visible};
use crate::domain::policy_stack::check_comment;
use crate::domain::{ActivationKind, Faults, PolicyStack, Principal};
use crate::service::{Failure, Refused, Services};

/// Goes back one step: to what was in force before that which is. Done twice, it goes back two steps.
///
/// # Errors
/// [`Refused`]: there is nothing to go back to, it does not load any more, or what must hold does not; a failure, among
/// them `Conflict` when `version` is not the present one.
pub async fn roll_back(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    version: Option<i32>,
    comment: &str,
    lock_out: LockOut,
) -> Result<Visible<PolicyStack>, Refused> {
    let nothing = || wrong_state("project_space", "there is nothing to go back to");
    let stack = services.store.policy_stack_of(project_space).await?;
    let proof =
        judged_or_standard::<ActivatePolicy>(services, principal, stack, Attributes::new(), "project_space")
            .await?;
    check_version(&proof, version)?;
    let mut faults = Faults::new();
    check_comment(comment, &mut faults);
    faults.check()?;
    let stack = proof.resource();
    let latest = stack.activation.ok_or_else(nothing)?;
    let latest = services.store.policy_activation(stack, latest).await?.ok_or(Failure::NotFound)?;
    let (target, back_to) = match latest.back_to {
        Some(before) => {
            let before = services.store.policy_activation(stack, before).await?.ok_or(Failure::NotFound)?;
            (before.revision, before.back_to)
        }
        // Before anything was activated, `standard` answered.
        None if latest.revision.is_some() => (None, None),
        None => return Err(nothing()),
    };
    let revision = match target {
        Some(target) => {
            Some(services.store.policy_revision(stack, target.id).await?.ok_or(Failure::NotFound)?)
        }
        None => None,
    };
    if let Some(revision) = &revision {
        check_loads(services, stack, revision, "project_space").await?;
    }
    check_holds(services, principal, stack, revision.as_ref(), lock_out, "project_space").await?;
    let mut work = services.store.begin(proof).await?;
    work.put_in_force(ActivationKind::RollBack, target, back_to, comment.trim().to_owned()).await?;
    Ok(work.commit().await?.into_visible())
}
