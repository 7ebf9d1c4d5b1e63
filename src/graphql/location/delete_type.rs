use crate::domain::LocationTypeId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{DeletePayload, NodeInput};
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeleteLocationTypeMutation;

#[Object]
impl DeleteLocationTypeMutation {
    /// Take a location type away, where no location is of it and no level stands below.
    #[graphql(directive = requires::apply("location_type.delete".to_owned()))]
    async fn delete_location_type(&self, ctx: &Context<'_>, input: NodeInput) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, LocationTypeId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = location::delete_type(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(()) => DeletePayload::deleted(id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
