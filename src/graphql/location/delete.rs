use crate::domain::LocationId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{DeletePayload, NodeInput};
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeleteLocationMutation;

#[Object]
impl DeleteLocationMutation {
    /// Take a location away, for good, where nobody is assigned to it and nothing stands below. Otherwise, archive it.
    #[graphql(directive = requires::apply("location.delete".to_owned()))]
    async fn delete_location(&self, ctx: &Context<'_>, input: NodeInput) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, LocationId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = location::delete(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(()) => DeletePayload::deleted(id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
