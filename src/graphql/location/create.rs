use super::LocationPayload;
use crate::domain::LocationInput;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, ID, InputObject, Object, Result};
use serde_json::Value as Json;

/// A new place.
#[derive(InputObject)]
pub struct CreateLocationInput {
    /// The project space's name.
    project_space: String,
    /// 1 to 255 characters, unique among its siblings.
    name: String,
    /// Its level.
    type_id: ID,
    /// The place above, of the level above; leave it out at the top.
    parent_id: Option<ID>,
    /// Unique in the project space; made from the name when left out.
    site_code: Option<String>,
    /// Degrees north, -90 to 90; with a longitude.
    latitude: Option<f64>,
    /// Degrees east, -180 to 180; with a latitude.
    longitude: Option<f64>,
    /// The project's own data about it: an object of texts, numbers, truth values and nulls.
    metadata: Option<Json>,
}

#[derive(Default)]
pub struct CreateLocationMutation;

#[Object]
impl CreateLocationMutation {
    /// Make a location, below a place within your reach.
    #[graphql(directive = requires::apply("location.create".to_owned()))]
    async fn create_location(
        &self,
        ctx: &Context<'_>,
        input: CreateLocationInput,
    ) -> Result<LocationPayload> {
        let new = LocationInput {
            name: input.name,
            location_type: input.type_id.0,
            parent: input.parent_id.map(|id| id.0),
            site_code: input.site_code,
            latitude: input.latitude,
            longitude: input.longitude,
            metadata: input.metadata,
        };
        let result = location::create(ctx.services(), ctx.principal(), &input.project_space, &new).await;
        Ok(ctx.settle(result)?.into())
    }
}
