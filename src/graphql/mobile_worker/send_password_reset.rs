use super::{NodeInput, parse_id};
use crate::graphql::access_request::AckPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::mobile_worker;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct SendMobileWorkerPasswordResetMutation;

#[Object]
impl SendMobileWorkerPasswordResetMutation {
    /// Send a worker a mail with a link to a new password. Theirs works until they use it; the link, once, for two hours.
    #[graphql(directive = requires::apply("mobile_worker.send_password_reset".to_owned()))]
    async fn send_mobile_worker_password_reset(
        &self,
        ctx: &Context<'_>,
        input: NodeInput,
    ) -> Result<AckPayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(AckPayload { user_errors }),
        };
        let result =
            mobile_worker::send_password_reset(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(AckPayload { user_errors: ctx.settle(result)?.err().unwrap_or_default() })
    }
}
