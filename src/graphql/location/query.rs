use super::LocationObject;
use crate::domain::{Cursor, CursorKey, LocationId, ProjectSpaceId};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ErrorCode;
use crate::graphql::page::{PageArguments, connection, counted};
use crate::service::location;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Result};

/// A page of locations, by name.
pub type LocationConnection = Connection<String, LocationObject, LocationCount>;

/// Which locations.
#[derive(InputObject, Default)]
pub struct LocationFilter {
    /// Only those right below this place.
    parent_id: Option<ID>,
}

pub struct LocationCount(ProjectSpaceId, Option<LocationId>);

counted!(LocationCount, |this, ctx| {
    let count = location::count(ctx.services(), ctx.principal(), this.0, this.1).await;
    count.map_err(|failure| ctx.fail(&failure))
});

pub async fn locations(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    filter: Option<LocationFilter>,
    page: PageArguments,
) -> Result<LocationConnection> {
    let parent = filter.and_then(|filter| filter.parent_id).map(|id| LocationId::parse(&id)).transpose();
    let parent = parent.map_err(|error| ErrorCode::BadRequest.with(format!("`filter.parentId`: {error}")))?;
    let list = format!("locations of {space} below {parent:?}");
    let request = page.request(ctx, &list)?;
    let found = location::list(ctx.services(), ctx.principal(), space, parent, &request).await;
    let found = found.map_err(|failure| ctx.fail(&failure))?;
    Ok(connection(
        ctx,
        &list,
        found,
        LocationCount(space, parent),
        |location| Cursor { key: CursorKey::Text(location.name.clone()), id: location.id.0 },
        LocationObject::from,
    ))
}
