use super::{LocationTypeFlagsInput, LocationTypePayload};
use crate::domain::LocationTypeInput;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, ID, InputObject, Object, Result};

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
    /// What the level means.
    flags: Option<LocationTypeFlagsInput>,
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
        let new = LocationTypeInput {
            name: input.name,
            code: input.code,
            parent: input.parent_id.map(|id| id.0),
            flags: input.flags.into(),
        };
        let result = location::create_type(ctx.services(), ctx.principal(), &input.project_space, &new).await;
        Ok(ctx.settle(result)?.into())
    }
}
