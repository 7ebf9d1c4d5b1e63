use super::LocationObject;
use crate::authz::Visible;
use crate::domain::{
    Cursor, CursorKey, Location, LocationFilter, LocationId, LocationTypeId, ProjectSpaceId,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ErrorCode;
use crate::graphql::page::{PageArguments, connection, counted, ids};
use crate::service::location;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Result};

/// A page of locations, by name.
pub type LocationConnection = Connection<String, LocationObject, LocationCount>;

/// Which locations. All given conditions hold together.
#[derive(InputObject, Default)]
#[graphql(name = "LocationFilter")]
pub struct LocationFilterInput {
    /// Words that all appear somewhere in name or site code.
    search: Option<String>,
    /// Only those right below this place; null: those at the top.
    parent_id: MaybeUndefined<ID>,
    /// Of any of these levels.
    type_ids: Option<Vec<ID>>,
    /// The archived ones too.
    #[graphql(default)]
    include_archived: bool,
}

impl LocationFilterInput {
    fn parse(self) -> Result<LocationFilter> {
        let parent = match self.parent_id {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(id) => {
                let bad = |error| ErrorCode::BadRequest.with(format!("`filter.parentId`: {error}"));
                Some(Some(LocationId::parse(&id).map_err(bad)?))
            }
        };
        Ok(LocationFilter {
            search: self.search,
            parent,
            types: ids("typeIds", self.type_ids, LocationTypeId::parse)?,
            include_archived: self.include_archived,
        })
    }
}

/// What is counted.
pub enum LocationCount {
    /// A project space's places.
    Locations(ProjectSpaceId, LocationFilter),
    /// Those right below a place.
    Children(ProjectSpaceId, LocationId, bool),
}

counted!(LocationCount, |this, ctx| {
    match this {
        LocationCount::Locations(space, filter) => {
            ctx.answer(location::count(ctx.services(), ctx.principal(), *space, filter).await)
        }
        LocationCount::Children(space, parent, include_archived) => {
            let count = ctx.loaders().children.count(*space, *parent, *include_archived).await;
            count.map_err(|failure| ctx.fail(&failure))
        }
    }
});

pub fn cursor_of(location: &Visible<Location>) -> Cursor {
    Cursor { key: CursorKey::Text(location.name.clone()), id: location.id.0 }
}

pub async fn locations(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    filter: Option<LocationFilterInput>,
    page: PageArguments,
) -> Result<LocationConnection> {
    let filter = filter.unwrap_or_default().parse()?;
    let list = format!("locations of {space} below {:?}", filter.parent);
    let request = page.request(ctx, &list)?;
    let found =
        ctx.answer(location::list(ctx.services(), ctx.principal(), space, &filter, &request).await)?;
    let count = LocationCount::Locations(space, filter);
    Ok(connection(ctx, &list, found, count, cursor_of, LocationObject::from))
}

pub async fn location(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    id: Option<ID>,
    site_code: Option<String>,
) -> Result<Option<LocationObject>> {
    let (services, principal) = (ctx.services(), ctx.principal());
    let found = match (id, site_code) {
        (Some(id), None) => match LocationId::parse(&id) {
            Ok(id) => {
                location::load(services, principal, space, &[id]).await.map(|found| found.into_iter().next())
            }
            Err(_) => Ok(None),
        },
        (None, Some(code)) => location::read_with_code(services, principal, space, &code).await,
        _ => return Err(ErrorCode::BadRequest.with("give `id` or `siteCode`, and not both")),
    };
    Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationObject::from))
}
