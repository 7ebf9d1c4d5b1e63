use crate::authz::{ReadLocation, ReadLocationType, Visible};
use crate::domain::{
    Location, LocationId, LocationType, LocationTypeId, Page, PageRequest, Principal, ProjectSpaceId,
};
use crate::service::{Failure, Services};

/// A page of the locations that the caller may see, by name: all, or those right below a place.
///
/// # Errors
/// [`Failure`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    parent: Option<LocationId>,
    page: &PageRequest,
) -> Result<Page<Visible<Location>>, Failure> {
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.locations(&scope, parent, page).await?)
}

/// How many locations the caller may see.
///
/// # Errors
/// [`Failure`].
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    parent: Option<LocationId>,
) -> Result<u64, Failure> {
    let scope = services.authorizer.scope::<ReadLocation>(principal, space).await?;
    Ok(services.store.count_locations(&scope, parent).await?)
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
