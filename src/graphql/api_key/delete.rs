use crate::domain::ApiKeyId;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, UserErrorCode};
use crate::graphql::mobile_worker::DeletePayload;
use crate::graphql::requires::requires;
use crate::service::api_key;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// Which API key.
#[derive(InputObject)]
pub struct DeleteApiKeyInput {
    id: ID,
}

#[derive(Default)]
pub struct DeleteApiKeyMutation;

#[Object]
impl DeleteApiKeyMutation {
    /// Take an API key away: its next use is refused.
    #[graphql(directive = requires::apply("api_key.delete".to_owned()))]
    async fn delete_api_key(&self, ctx: &Context<'_>, input: DeleteApiKeyInput) -> Result<DeletePayload> {
        let id = match ApiKeyId::parse(&input.id) {
            Ok(id) => id,
            Err(error) => {
                let path = Some(vec!["id".to_owned()]);
                let error = UserError { code: UserErrorCode::InvalidValue, message: error.to_string(), path };
                return Ok(DeletePayload::refused(vec![error]));
            }
        };
        let result = api_key::delete(ctx.services(), ctx.principal(), id).await;
        Ok(match ctx.settle(result)? {
            Ok(()) => DeletePayload::deleted(id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
