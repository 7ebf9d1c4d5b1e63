use crate::authz::{ReadGroup, Visible};
use crate::domain::{
    Faults, Group, GroupFilter, GroupId, Page, PageRequest, Principal, ProjectSpaceId, check_search,
};
use crate::service::{Failure, Refused, Services};
use std::collections::HashSet;

/// Most ids of one statement: SQLite takes 32,766 values.
const IDS_AT_ONCE: usize = 5_000;

/// A page of the groups that the caller may see, by name.
///
/// # Errors
/// [`Refused`]: a search that is too long; a failure.
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &GroupFilter,
    page: &PageRequest,
) -> Result<Page<Visible<Group>>, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope::<ReadGroup>(principal, space).await?;
    Ok(services.store.groups(&scope, filter, page).await?)
}

/// How many groups the caller may see.
///
/// # Errors
/// [`Refused`]: a search that is too long; a failure.
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &GroupFilter,
) -> Result<u64, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope::<ReadGroup>(principal, space).await?;
    Ok(services.store.count_groups(&scope, filter).await?)
}

/// Those of these groups that the caller may see, in no order; deleted ones too.
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

/// Returns those of these ids that are of groups which the caller may see; deleted ones too.
///
/// # Errors
/// [`Failure`].
pub async fn seen(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[GroupId],
) -> Result<HashSet<GroupId>, Failure> {
    let mut seen = HashSet::new();
    for some in ids.chunks(IDS_AT_ONCE) {
        seen.extend(load(services, principal, space, some).await?.iter().map(|group| group.id));
    }
    Ok(seen)
}

fn check(filter: &GroupFilter) -> Result<(), Faults> {
    let mut faults = Faults::new();
    check_search(filter.search.as_deref(), &mut faults);
    faults.check()
}
