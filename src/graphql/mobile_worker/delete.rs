use super::{DeletePayload, NodeInput, parse_id};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::mobile_worker;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeleteMobileWorkerMutation;

#[Object]
impl DeleteMobileWorkerMutation {
    /// Take a worker away. Only the account, nothing they submitted; `restoreMobileWorker` brings everything back.
    #[graphql(directive = requires::apply("mobile_worker.delete".to_owned()))]
    async fn delete_mobile_worker(&self, ctx: &Context<'_>, input: NodeInput) -> Result<DeletePayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = mobile_worker::delete(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(worker) => DeletePayload::deleted(worker.id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
