use crate::graphql::access_request::AckPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::account;
use async_graphql::{Context, InputObject, Object, Result};

/// Your password as it is, and as it is to be.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The one you sign in with now.
    #[graphql(secret)]
    current_password: String,
    /// At least 15 characters for web users, 8 for mobile workers.
    #[graphql(secret)]
    new_password: String,
}

#[derive(Default)]
pub struct ChangePasswordMutation;

#[Object]
impl ChangePasswordMutation {
    /// Change your own password. Your other sessions end, and you get a mail about it if you have an address.
    #[graphql(directive = requires::apply("account.change_password".to_owned()))]
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Result<AckPayload> {
        let (current, new) = (input.current_password.into(), input.new_password.into());
        let result = account::change_password(ctx.services(), ctx.principal(), &current, &new).await;
        Ok(AckPayload { user_errors: ctx.settle(result)?.err().unwrap_or_default() })
    }
}
