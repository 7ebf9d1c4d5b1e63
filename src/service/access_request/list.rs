use crate::authz::{ReadAccessRequest, Visible};
use crate::domain::{AccessRequest, AccessRequestId, Page, PageRequest, Principal, ProjectSpaceId};
use crate::service::{Failure, Services};

/// A page of the open requests that the caller may see, the oldest first.
///
/// # Errors
/// [`Failure`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    page: &PageRequest,
) -> Result<Page<Visible<AccessRequest>>, Failure> {
    let scope = services.authorizer.scope::<ReadAccessRequest>(principal, space).await?;
    Ok(services.store.access_requests(&scope, page).await?)
}

/// How many open requests the caller may see.
///
/// # Errors
/// [`Failure`].
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<u64, Failure> {
    let scope = services.authorizer.scope::<ReadAccessRequest>(principal, space).await?;
    Ok(services.store.count_access_requests(&scope).await?)
}

/// The open request with this id; nothing when the caller may not see it.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    id: AccessRequestId,
) -> Result<Option<Visible<AccessRequest>>, Failure> {
    let scope = services.authorizer.scope::<ReadAccessRequest>(principal, space).await?;
    Ok(services.store.visible_access_request(&scope, id).await?)
}
