use crate::authz::Visible;
use crate::domain::{
    Direction, FILTER_IDS_MAX, FaultCode, Faults, MobileWorker, MobileWorkerFilter, MobileWorkerOrder, Page,
    PageRequest, Principal, ProjectSpaceId, check_search,
};
use crate::service::{Refused, Services};

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
    check(&list.filter)?;
    let scope = services.authorizer.scope(principal, space).await?;
    Ok(services.store.mobile_workers(&scope, &list.filter, (list.order, list.direction), &list.page).await?)
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
    check(filter)?;
    let scope = services.authorizer.scope(principal, space).await?;
    Ok(services.store.count_mobile_workers(&scope, filter).await?)
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
