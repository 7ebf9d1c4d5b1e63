use super::{MobileWorkerPayload, NodeInput, parse_id};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::mobile_worker;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct RestoreMobileWorkerMutation;

#[Object]
impl RestoreMobileWorkerMutation {
    /// Bring a deleted worker back, as they were.
    #[graphql(directive = requires::apply("mobile_worker.restore".to_owned()))]
    async fn restore_mobile_worker(
        &self,
        ctx: &Context<'_>,
        input: NodeInput,
    ) -> Result<MobileWorkerPayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = mobile_worker::restore(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
