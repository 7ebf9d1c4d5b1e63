use crate::authz::{ReadMobileWorker, Scope, Visible};
use crate::domain::personal_id::feature_disabled;
use crate::domain::{
    Direction, FILTER_IDS_MAX, FaultCode, Faults, MobileWorker, MobileWorkerFilter, MobileWorkerOrder, Page,
    PageRequest, Principal, ProjectSpaceId, check_search,
};
use crate::service::{Refused, Services, location};
use std::borrow::Cow;

/// Which workers, in which order, and which part of them.
#[derive(Debug, Clone)]
pub struct List {
    /// Which.
    pub filter: MobileWorkerFilter,
    /// By what.
    pub order: MobileWorkerOrder,
    /// Up or down.
    pub direction: Direction,
    /// Which part.
    pub page: PageRequest,
}

/// A page of the workers that the caller may see.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    list: &List,
) -> Result<Page<Visible<MobileWorker>>, Refused> {
    let filter = checked(services, principal, space, &list.filter).await?;
    let scope = services.authorizer.scope(principal, space).await?;
    if !list.filter.link_statuses.is_empty() || list.order == MobileWorkerOrder::LinkStatus {
        has_links(services, &scope).await?;
    }
    Ok(services.store.mobile_workers(&scope, &filter, (list.order, list.direction), &list.page).await?)
}

/// How many workers there are that the caller may see. Costs more than a page: only when asked.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &MobileWorkerFilter,
) -> Result<u64, Refused> {
    let filter = checked(services, principal, space, filter).await?;
    let scope = services.authorizer.scope(principal, space).await?;
    if !filter.link_statuses.is_empty() {
        has_links(services, &scope).await?;
    }
    Ok(services.store.count_mobile_workers(&scope, &filter).await?)
}

/// The filter, with those places alone that the caller may see: any other would tell who is there.
async fn checked<'a>(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &'a MobileWorkerFilter,
) -> Result<Cow<'a, MobileWorkerFilter>, Refused> {
    check(filter)?;
    let Some(locations) = &filter.locations else { return Ok(Cow::Borrowed(filter)) };
    let seen = location::seen(services, principal, space, locations).await?;
    Ok(Cow::Owned(MobileWorkerFilter { locations: Some(seen), ..filter.clone() }))
}

/// Links are chosen by and sorted by only where there are any to be seen.
async fn has_links(services: &Services, scope: &Scope<ReadMobileWorker>) -> Result<(), Refused> {
    if services.store.has_personal_id_links(scope).await? {
        return Ok(());
    }
    Err(feature_disabled(&["filter", "link_statuses"]).into())
}

fn check(filter: &MobileWorkerFilter) -> Result<(), Faults> {
    let mut faults = Faults::new();
    check_search(filter.search.as_deref(), &mut faults);
    let lengths = [
        ("role_ids", filter.roles.as_ref().map(Vec::len)),
        ("group_ids", filter.groups.as_ref().map(Vec::len)),
        ("profile_ids", filter.user_profiles.as_ref().map(Vec::len)),
        ("location_ids", filter.locations.as_ref().map(Vec::len)),
    ];
    for (field, length) in lengths {
        if length.is_some_and(|length| length > FILTER_IDS_MAX) {
            faults.add(FaultCode::TooLong, &["filter", field], format!("at most {FILTER_IDS_MAX} ids"));
        }
    }
    faults.check()
}
