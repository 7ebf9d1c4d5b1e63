use crate::domain::AccessRequestId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::DeletePayload;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::access_request;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// Which request.
#[derive(InputObject)]
pub struct RejectAccessRequestInput {
    id: ID,
}

#[derive(Default)]
pub struct RejectAccessRequestMutation;

#[Object]
impl RejectAccessRequestMutation {
    /// Say no to a request to be let in. Nobody is told, and they may ask again. To say yes, invite the address.
    #[graphql(directive = requires::apply("access_request.reject".to_owned()))]
    async fn reject_access_request(
        &self,
        ctx: &Context<'_>,
        input: RejectAccessRequestInput,
    ) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, AccessRequestId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = access_request::reject(ctx.services(), ctx.principal(), id).await;
        Ok(match ctx.settle(result)? {
            Ok(()) => DeletePayload::deleted(id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
