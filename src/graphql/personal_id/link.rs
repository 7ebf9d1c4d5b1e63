use super::PersonalIdPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::personal_id;
use async_graphql::{Context, InputObject, Object, Result};

/// The PersonalID account that is to be linked.
#[derive(InputObject)]
pub struct LinkPersonalIdInput {
    /// A token of the PersonalID account: an ID token, or a JWT access token, for this gateway.
    #[graphql(secret)]
    personal_id_token: String,
}

#[derive(Default)]
pub struct LinkPersonalIdMutation;

#[Object]
impl LinkPersonalIdMutation {
    /// Link your PersonalID account to the mobile worker that you are signed in as, without an invite. The same account
    /// again changes nothing.
    #[graphql(directive = requires::apply("personal_id_link.link".to_owned()))]
    async fn link_personal_id(
        &self,
        ctx: &Context<'_>,
        input: LinkPersonalIdInput,
    ) -> Result<PersonalIdPayload> {
        let result = personal_id::link(ctx.services(), ctx.principal(), &input.personal_id_token).await;
        Ok(ctx.settle(result)?.into())
    }
}
