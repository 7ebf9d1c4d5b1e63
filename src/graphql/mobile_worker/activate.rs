use super::{MobileWorkerPayload, NodeInput, parse_id};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::mobile_worker;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ActivateMobileWorkerMutation;

#[Object]
impl ActivateMobileWorkerMutation {
    /// Let a deactivated worker sign in again.
    #[graphql(directive = requires::apply("mobile_worker.activate".to_owned()))]
    async fn activate_mobile_worker(
        &self,
        ctx: &Context<'_>,
        input: NodeInput,
    ) -> Result<MobileWorkerPayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = mobile_worker::activate(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
