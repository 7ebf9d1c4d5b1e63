use super::LocationPayload;
use crate::domain::LocationId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct UnarchiveLocationMutation;

#[Object]
impl UnarchiveLocationMutation {
    /// Bring an archived location back, with everything that was archived along with it. What had been archived before stays
    /// so. Refused while a place above is archived.
    #[graphql(directive = requires::apply("location.unarchive".to_owned()))]
    async fn unarchive_location(&self, ctx: &Context<'_>, input: NodeInput) -> Result<LocationPayload> {
        let id = match parse_id("id", &input.id, LocationId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = location::unarchive(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
