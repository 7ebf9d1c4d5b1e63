use super::judged_or_standard;
use crate::authz::{ActivatePolicy, Attributes, Visible};
use crate::domain::{PolicyStack, Principal};
use crate::service::{Refused, Services};

/// Has every gateway load the stack anew, as it is: modules in quarantine are asked again. Where nothing was ever put in
/// force, it is no change.
///
/// # Errors
/// [`Refused`].
pub async fn lift(
    services: &Services,
    principal: &Principal,
    project_space: &str,
) -> Result<Visible<PolicyStack>, Refused> {
    let stack = services.store.policy_stack_of(project_space).await?;
    let proof =
        judged_or_standard::<ActivatePolicy>(services, principal, stack, Attributes::new(), "project_space")
            .await?;
    if proof.resource().active.is_none() && proof.resource().monitored.is_none() {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.load_anew().await?;
    Ok(work.commit().await?.into_visible())
}
