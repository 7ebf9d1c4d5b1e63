use crate::authz::{ReadGroup, Visible};
use crate::domain::{Group, GroupId, Page, PageRequest, Principal, ProjectSpaceId};
use crate::service::{Failure, Services};

/// A page of the groups that the caller may see, by name.
///
/// # Errors
/// [`Failure`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    page: &PageRequest,
) -> Result<Page<Visible<Group>>, Failure> {
    let scope = services.authorizer.scope::<ReadGroup>(principal, space).await?;
    Ok(services.store.groups(&scope, page).await?)
}

/// How many groups the caller may see.
///
/// # Errors
/// [`Failure`].
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<u64, Failure> {
    let scope = services.authorizer.scope::<ReadGroup>(principal, space).await?;
    Ok(services.store.count_groups(&scope).await?)
}

/// Those of these groups that the caller may see, in no order.
///
/// # Errors
/// [`Failure`].
pub async fn load(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[GroupId],
) -> Result<Vec<Visible<Group>>, Failure> {
    let scope = services.authorizer.scope::<ReadGroup>(principal, space).await?;
    Ok(services.store.groups_with_ids(&scope, ids).await?)
}
