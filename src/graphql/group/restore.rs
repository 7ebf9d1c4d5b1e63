use super::GroupPayload;
use crate::domain::GroupId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::group;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct RestoreGroupMutation;

#[Object]
impl RestoreGroupMutation {
    /// Bring a deleted group back, with everybody who was in it.
    #[graphql(directive = requires::apply("group.restore".to_owned()))]
    async fn restore_group(&self, ctx: &Context<'_>, input: NodeInput) -> Result<GroupPayload> {
        let id = match parse_id("id", &input.id, GroupId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = group::restore(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
