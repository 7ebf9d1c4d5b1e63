use super::LocationPayload;
use crate::domain::{LocationChange, LocationId};
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::patch::patch;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use serde_json::Value as Json;

/// Changes of a location: what is left out stays, null clears.
#[derive(InputObject)]
pub struct UpdateLocationInput {
    /// The location's global id.
    id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// 1 to 255 characters, unique among its siblings.
    name: MaybeUndefined<String>,
    /// Unique in the project space.
    site_code: MaybeUndefined<String>,
    /// Its level. It changes only where nothing stands below.
    type_id: MaybeUndefined<ID>,
    /// The place above, of the level above: moves the location with everything below. Null moves it to the top.
    parent_id: MaybeUndefined<ID>,
    /// Degrees north, -90 to 90; with a longitude.
    latitude: MaybeUndefined<f64>,
    /// Degrees east, -180 to 180; with a latitude.
    longitude: MaybeUndefined<f64>,
    /// Replaces the project's own data about it.
    metadata: MaybeUndefined<Json>,
}

#[derive(Default)]
pub struct UpdateLocationMutation;

#[Object]
impl UpdateLocationMutation {
    /// Change a location, or move it from a place within your reach to another. An archived one is unarchived first.
    #[graphql(directive = requires::apply("location.update".to_owned()))]
    async fn update_location(
        &self,
        ctx: &Context<'_>,
        input: UpdateLocationInput,
    ) -> Result<LocationPayload> {
        let id = match parse_id("id", &input.id, LocationId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let change = LocationChange {
            name: patch(input.name),
            site_code: patch(input.site_code),
            location_type: patch(input.type_id.map_value(|id| id.0)),
            parent: patch(input.parent_id.map_value(|id| id.0)),
            latitude: patch(input.latitude),
            longitude: patch(input.longitude),
            metadata: patch(input.metadata),
        };
        let result = location::update(ctx.services(), ctx.principal(), id, input.version, &change).await;
        Ok(ctx.settle(result)?.into())
    }
}
