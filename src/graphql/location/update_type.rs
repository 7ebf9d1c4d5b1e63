use super::{LocationTypeFlagsInput, LocationTypePayload};
use crate::domain::{LocationTypeChange, LocationTypeId};
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::patch::patch;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

/// Changes of a location type: what is left out stays, null clears.
#[derive(InputObject)]
pub struct UpdateLocationTypeInput {
    /// The location type's global id.
    id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// 1 to 255 characters.
    name: MaybeUndefined<String>,
    /// Unique in the project space.
    code: MaybeUndefined<String>,
    /// The level above; null makes it a top level. It changes only where no location is of this level.
    parent_id: MaybeUndefined<ID>,
    /// What the level means. Not without people while somebody is assigned to one of its places.
    flags: Option<LocationTypeFlagsInput>,
}

#[derive(Default)]
pub struct UpdateLocationTypeMutation;

#[Object]
impl UpdateLocationTypeMutation {
    /// Change a location type.
    #[graphql(directive = requires::apply("location_type.update".to_owned()))]
    async fn update_location_type(
        &self,
        ctx: &Context<'_>,
        input: UpdateLocationTypeInput,
    ) -> Result<LocationTypePayload> {
        let id = match parse_id("id", &input.id, LocationTypeId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let change = LocationTypeChange {
            name: patch(input.name),
            code: patch(input.code),
            parent: patch(input.parent_id.map_value(|id| id.0)),
            flags: input.flags.into(),
        };
        let result = location::update_type(ctx.services(), ctx.principal(), id, input.version, &change).await;
        Ok(ctx.settle(result)?.into())
    }
}
