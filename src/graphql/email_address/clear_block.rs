use super::EmailAddressStateObject;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::email_address;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// An address that is blocked.
#[derive(InputObject)]
pub struct ClearEmailBlockInput {
    email: String,
}

/// What became of the block.
#[derive(SimpleObject)]
pub struct EmailAddressPayload {
    /// The address as it is now; null when it was refused.
    email_address_state: Option<EmailAddressStateObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct EmailAddressMutation;

#[Object]
impl EmailAddressMutation {
    /// Let mail go to a blocked address again, and count what comes back anew. For operators of the gateway: those whom
    /// its configuration names. Ask them when a mailbox has been mended.
    #[graphql(directive = requires::apply("email_address.clear_block".to_owned()))]
    async fn clear_email_block(
        &self,
        ctx: &Context<'_>,
        input: ClearEmailBlockInput,
    ) -> Result<EmailAddressPayload> {
        let result = email_address::clear_block(ctx.services(), ctx.principal(), &input.email).await;
        Ok(match ctx.settle(result)? {
            Ok(state) => {
                EmailAddressPayload { email_address_state: Some(state.into()), user_errors: Vec::new() }
            }
            Err(user_errors) => EmailAddressPayload { email_address_state: None, user_errors },
        })
    }
}
