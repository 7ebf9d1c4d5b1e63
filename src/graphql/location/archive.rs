use super::LocationPayload;
use crate::domain::LocationId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ArchiveLocationMutation;

#[Object]
impl ArchiveLocationMutation {
    /// Have a location and everything below take nobody any more. Who is there stays there, and so does everything else:
    /// `unarchiveLocation` brings back what was archived along with it.
    #[graphql(directive = requires::apply("location.archive".to_owned()))]
    async fn archive_location(&self, ctx: &Context<'_>, input: NodeInput) -> Result<LocationPayload> {
        let id = match parse_id("id", &input.id, LocationId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = location::archive(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
