use super::judged;
use crate::authz::{Attributes, DeletePolicyModule};
use crate::domain::policy_stack::parse_digest;
use crate::domain::{FaultCode, Faults, Principal};
use crate::service::{Refused, Services};

/// Takes a module away that is not in force, not monitored, and not where rolling back leads. Revisions that name it stay,
/// and cannot be put in force until it is uploaded again.
///
/// # Errors
/// [`Refused`]: there is no such module, or it is in use; a failure.
pub async fn delete(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    digest: &str,
) -> Result<(), Refused> {
    let stack = services.store.policy_stack_of(project_space).await?;
    let parsed = parse_digest(digest);
    let proposed = Attributes::new().with("digest", parsed.clone().unwrap_or_default());
    let proof = judged::<DeletePolicyModule>(services, principal, stack, proposed, "project_space").await?;
    let module = match &parsed {
        Some(digest) => services.store.policy_module(proof.resource(), digest).await?,
        None => None,
    };
    let Some(module) = module else {
        let message = "no module with this digest was uploaded in this project space";
        return Err(Faults::one(FaultCode::ModuleUnknown, &["digest"], message).into());
    };
    let mut work = services.store.begin(proof).await?;
    if work.is_in_use(&module.digest).await? {
        let message = "the module is in force, monitored, or where rolling back leads";
        return Err(Faults::one(FaultCode::ModuleInUse, &["digest"], message).into());
    }
    work.delete(&module).await?;
    let _done = work.commit().await?;
    Ok(())
}
