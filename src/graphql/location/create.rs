use super::LocationObject;
use crate::domain::LocationInput;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

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
}

/// What became of a location.
#[derive(SimpleObject)]
pub struct LocationPayload {
    /// The location; null when it was refused.
    location: Option<LocationObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
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
        };
        let result = location::create(ctx.services(), ctx.principal(), &input.project_space, &new).await;
        Ok(match ctx.settle(result)? {
            Ok(made) => LocationPayload { location: Some(made.into()), user_errors: Vec::new() },
            Err(user_errors) => LocationPayload { location: None, user_errors },
        })
    }
}
