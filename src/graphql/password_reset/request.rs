use crate::graphql::access_request::AckPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::{Refused, password_reset};
use async_graphql::{Context, InputObject, Object, Result};

/// Who wants a new password.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// A web user's e-mail address, a worker's login name, or a worker's username together with `projectSpace`.
    username: String,
    /// Where a bare username is looked for.
    project_space: Option<String>,
}

#[derive(Default)]
pub struct RequestPasswordResetMutation;

#[Object]
impl RequestPasswordResetMutation {
    /// Ask for a mail with a link to a new password, which works once, for two hours. The answer is the same whether there is
    /// such an account, whether it has an address, and how often this was asked. A few mails an hour are sent at the most.
    #[graphql(directive = requires::apply("account.request_password_reset".to_owned()))]
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        input: PasswordResetRequestInput,
    ) -> Result<AckPayload> {
        let space = input.project_space.as_deref();
        let result = password_reset::request(ctx.services(), &input.username, space).await;
        Ok(AckPayload { user_errors: ctx.settle(result.map_err(Refused::from))?.err().unwrap_or_default() })
    }
}
