use super::{check_version, judged_or_standard, standard_alone};
use crate::authz::{ActivatePolicy, Visible};
use crate::domain::policy_stack::check_comment;
use crate::domain::{ActivationKind, Faults, PolicyStack, Principal};
use crate::service::{Refused, Services};

/// Puts `standard` in force, alone, and has nothing monitored. It looks at no module and no revision, so it works whatever
/// state those are in.
///
/// # Errors
/// [`Refused`], among them `Conflict` when `version` is not the present one.
pub async fn reset(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    version: Option<i32>,
    comment: &str,
) -> Result<Visible<PolicyStack>, Refused> {
    let stack = services.store.policy_stack_of(project_space).await?;
    let proof =
        judged_or_standard::<ActivatePolicy>(services, principal, stack, standard_alone(), "project_space")
            .await?;
    check_version(&proof, version)?;
    let mut faults = Faults::new();
    check_comment(comment, &mut faults);
    faults.check()?;
    if proof.resource().active.is_none() && proof.resource().monitored.is_none() {
        return Ok(proof.into_visible());
    }
    let back_to = proof.resource().activation;
    let mut work = services.store.begin(proof).await?;
    work.put_in_force(ActivationKind::Reset, None, back_to, comment.trim().to_owned()).await?;
    Ok(work.commit().await?.into_visible())
}
