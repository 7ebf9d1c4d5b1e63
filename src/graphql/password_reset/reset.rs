use crate::graphql::access_request::AckPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::password_reset;
use async_graphql::{Context, InputObject, Object, Result};

/// A new password, by a link.
#[derive(InputObject)]
pub struct PasswordResetInput {
    /// The last part of the link in the mail.
    #[graphql(secret)]
    token: String,
    /// At least 15 characters for web users, 8 for mobile workers.
    #[graphql(secret)]
    password: String,
}

#[derive(Default)]
pub struct ResetPasswordMutation;

#[Object]
impl ResetPasswordMutation {
    /// Set a new password by the link in a mail, which is good once. Every session of the account ends; sign in with the new
    /// password.
    #[graphql(directive = requires::apply("account.reset_password".to_owned()))]
    async fn reset_password(&self, ctx: &Context<'_>, input: PasswordResetInput) -> Result<AckPayload> {
        let password = input.password.into();
        let result =
            password_reset::reset(ctx.services(), ctx.principal(), input.token, Some(&password)).await;
        Ok(AckPayload { user_errors: ctx.settle(result)?.err().unwrap_or_default() })
    }
}
