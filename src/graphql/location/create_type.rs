use super::LocationTypeObject;
use crate::domain::LocationTypeInput;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

/// A new level of the tree.
#[derive(InputObject)]
pub struct CreateLocationTypeInput {
    /// The project space's name.
    project_space: String,
    /// 1 to 255 characters.
    name: String,
    /// Unique in the project space; made from the name when left out.
    code: Option<String>,
    /// The level above; leave it out for a top level.
    parent_id: Option<ID>,
}

/// What became of a location type.
#[derive(SimpleObject)]
pub struct LocationTypePayload {
    /// The location type; null when it was refused.
    location_type: Option<LocationTypeObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct CreateLocationTypeMutation;

#[Object]
impl CreateLocationTypeMutation {
    /// Make a location type.
    #[graphql(directive = requires::apply("location_type.create".to_owned()))]
    async fn create_location_type(
        &self,
        ctx: &Context<'_>,
        input: CreateLocationTypeInput,
    ) -> Result<LocationTypePayload> {
        let new =
            LocationTypeInput { name: input.name, code: input.code, parent: input.parent_id.map(|id| id.0) };
        let result = location::create_type(ctx.services(), ctx.principal(), &input.project_space, &new).await;
        Ok(match ctx.settle(result)? {
            Ok(made) => LocationTypePayload { location_type: Some(made.into()), user_errors: Vec::new() },
            Err(user_errors) => LocationTypePayload { location_type: None, user_errors },
        })
    }
}
