use super::InvitationPayload;
use crate::domain::InvitationId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::invitation;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ResendInvitationMutation;

#[Object]
impl ResendInvitationMutation {
    /// Send an invitation again, also one that has expired. Its new link works from now on for as long as the first one
    /// did; the link before it no longer works.
    #[graphql(directive = requires::apply("invitation.resend".to_owned()))]
    async fn resend_invitation(&self, ctx: &Context<'_>, input: NodeInput) -> Result<InvitationPayload> {
        let id = match parse_id("id", &input.id, InvitationId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = invitation::resend(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
