use crate::authz::{Attributes, Denied, ReadPolicy, Visible};
use crate::domain::{
    Page, PageRequest, PolicyActivation, PolicyCases, PolicyModule, PolicyQuarantine, PolicyRevision,
    PolicyRevisionId, PolicyStack, Principal, ProjectSpaceId,
};
use crate::service::{Failure, Services};

/// What is in force in a project space; nothing when the caller may not see it. Admins see it also when its policy gives no
/// answer.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Option<Visible<PolicyStack>>, Failure> {
    let stack = services.store.policy_stack(space).await?;
    let judged =
        services.authorizer.authorize_or_standard::<ReadPolicy>(principal, stack, Attributes::new()).await;
    match judged {
        Ok(proof) => Ok(Some(proof.into_visible())),
        Err(Denied::NotVisible) => Ok(None),
        Err(denied) => Err(denied.into()),
    }
}

/// The modules that were uploaded there, by name. There are few: see the quota.
///
/// # Errors
/// [`Failure`].
pub async fn modules(
    services: &Services,
    stack: &Visible<PolicyStack>,
) -> Result<Vec<PolicyModule>, Failure> {
    Ok(services.store.policy_modules(stack).await?)
}

/// When its modules were left alone for a while, the latest first: 20 at most.
///
/// # Errors
/// [`Failure`].
pub async fn quarantines(
    services: &Services,
    stack: &Visible<PolicyStack>,
) -> Result<Vec<PolicyQuarantine>, Failure> {
    Ok(services.store.policy_quarantines(stack).await?)
}

/// What must hold there before anything is put in force; nothing where nobody set that.
///
/// # Errors
/// [`Failure`].
pub async fn cases(
    services: &Services,
    stack: &Visible<PolicyStack>,
) -> Result<Option<PolicyCases>, Failure> {
    Ok(services.store.policy_cases(stack).await?)
}

/// A page of the revisions, the newest first.
///
/// # Errors
/// [`Failure`].
pub async fn revisions(
    services: &Services,
    stack: &Visible<PolicyStack>,
    page: &PageRequest,
) -> Result<Page<PolicyRevision>, Failure> {
    Ok(services.store.policy_revisions(stack, page).await?)
}

/// How many revisions there are.
///
/// # Errors
/// [`Failure`].
pub async fn count_revisions(services: &Services, stack: &Visible<PolicyStack>) -> Result<u64, Failure> {
    Ok(services.store.count_policy_revisions(stack).await?)
}

/// The revision with this id.
///
/// # Errors
/// [`Failure`].
pub async fn revision(
    services: &Services,
    stack: &Visible<PolicyStack>,
    id: PolicyRevisionId,
) -> Result<Option<PolicyRevision>, Failure> {
    Ok(services.store.policy_revision(stack, id).await?)
}

/// The revision with this number.
///
/// # Errors
/// [`Failure`].
pub async fn revision_numbered(
    services: &Services,
    stack: &Visible<PolicyStack>,
    number: i32,
) -> Result<Option<PolicyRevision>, Failure> {
    Ok(services.store.policy_revision_numbered(stack, number).await?)
}

/// A page of what took effect, the newest first.
///
/// # Errors
/// [`Failure`].
pub async fn history(
    services: &Services,
    stack: &Visible<PolicyStack>,
    page: &PageRequest,
) -> Result<Page<PolicyActivation>, Failure> {
    Ok(services.store.policy_history(stack, page).await?)
}

/// How much took effect.
///
/// # Errors
/// [`Failure`].
pub async fn count_history(services: &Services, stack: &Visible<PolicyStack>) -> Result<u64, Failure> {
    Ok(services.store.count_policy_history(stack).await?)
}
