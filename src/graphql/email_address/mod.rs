//! E-mail addresses: whether mail reaches them.

mod clear_block;
mod object;

pub use clear_block::EmailAddressMutation;
pub use object::EmailAddressStateObject;

use super::context::ContextExt;
use super::requires::requires;
use crate::service::email_address;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct EmailAddressQuery;

#[Object]
impl EmailAddressQuery {
    /// Whether mail reaches an address: of a member of a project space of yours, or one that the space has sent mail to.
    /// Null for any other. Operators of the gateway see all.
    #[graphql(directive = requires::apply("email_address.read".to_owned()))]
    async fn email_address_state(
        &self,
        ctx: &Context<'_>,
        email: String,
    ) -> Result<Option<EmailAddressStateObject>> {
        let found = email_address::read(ctx.services(), ctx.principal(), &email).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(EmailAddressStateObject::from))
    }
}
