use crate::authz::{ReadLocation, ReadLocationType, Visible};
use crate::domain::{
    FILTER_IDS_MAX, FaultCode, Faults, Location, LocationFilter, LocationId, LocationType, LocationTypeId,
    Page, PageRequest, Principal, ProjectSpaceId, SiteCode, check_search,
};
use crate::service::{Failure, Refused, Services};
use std::collections::HashMap;

/// Most ids of one statement: SQLite takes 32,766 values.
const SEEN_AT_ONCE: usize = 5_000;

/// A page of the locations that the caller may see, by name.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &LocationFilter,
    page: &PageRequest,
) -> Result<Page<Visible<Location>>, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.locations(&scope, filter, page).await?)
}

/// How many locations the caller may see.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &LocationFilter,
) -> Result<u64, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.count_locations(&scope, filter).await?)
}

fn check(filter: &LocationFilter) -> Result<(), Faults> {
    let mut faults = Faults::new();
    check_search(filter.search.as_deref(), &mut faults);
    if filter.types.as_ref().is_some_and(|types| types.len() > FILTER_IDS_MAX) {
        faults.add(FaultCode::TooLong, &["filter", "type_ids"], format!("at most {FILTER_IDS_MAX} ids"));
    }
    faults.check()
}

/// The same part of what stands right below each of these places and the caller may see, by name.
///
/// # Errors
/// [`Failure`].
pub async fn children(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    parents: &[LocationId],
    include_archived: bool,
    page: &PageRequest,
) -> Result<HashMap<LocationId, Page<Visible<Location>>>, Failure> {
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.children_of(&scope, parents, include_archived, page).await?)
}

/// How many places right below each of these the caller may see; nothing for none.
///
/// # Errors
/// [`Failure`].
pub async fn count_children(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    parents: &[LocationId],
    include_archived: bool,
) -> Result<HashMap<LocationId, u64>, Failure> {
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.count_children_of(&scope, parents, include_archived).await?)
}

/// The location with this site code; nothing when the caller may not see it.
///
/// # Errors
/// [`Failure`].
pub async fn read_with_code(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    code: &str,
) -> Result<Option<Visible<Location>>, Failure> {
    let Ok(code) = SiteCode::parse(code) else { return Ok(None) };
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.location_with_code(&scope, &code).await?)
}

/// Those of these ids that are of locations which the caller may see. A list that is narrowed by any other would tell who
/// is there.
///
/// # Errors
/// [`Failure`].
pub async fn seen(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[LocationId],
) -> Result<Vec<LocationId>, Failure> {
    let mut seen = Vec::new();
    for some in ids.chunks(SEEN_AT_ONCE) {
        seen.extend(load(services, principal, space, some).await?.iter().map(|location| location.id));
    }
    Ok(seen)
}

/// Those of these locations that the caller may see, in no order.
///
/// # Errors
/// [`Failure`].
pub async fn load(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[LocationId],
) -> Result<Vec<Visible<Location>>, Failure> {
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.locations_with_ids(&scope, ids).await?)
}

/// The location types that the caller may see, by name.
///
/// # Errors
/// [`Failure`].
pub async fn types(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Vec<Visible<LocationType>>, Failure> {
    let scope = services.authorizer.scope::<ReadLocationType>(principal, space).await?;
    Ok(services.store.location_types(&scope, None).await?)
}

/// Those of these location types that the caller may see, in no order.
///
/// # Errors
/// [`Failure`].
pub async fn load_types(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[LocationTypeId],
) -> Result<Vec<Visible<LocationType>>, Failure> {
    let scope = services.authorizer.scope::<ReadLocationType>(principal, space).await?;
    Ok(services.store.location_types(&scope, Some(ids)).await?)
}
