use crate::domain::GroupId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{DeletePayload, NodeInput};
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::group;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeleteGroupMutation;

#[Object]
impl DeleteGroupMutation {
    /// Take a group away. Nobody is in it any more; `restoreGroup` brings it back with everybody who was.
    #[graphql(directive = requires::apply("group.delete".to_owned()))]
    async fn delete_group(&self, ctx: &Context<'_>, input: NodeInput) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, GroupId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = group::delete(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(group) => DeletePayload::deleted(group.id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
