use crate::domain::InvitationId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{DeletePayload, NodeInput};
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::invitation;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeleteInvitationMutation;

#[Object]
impl DeleteInvitationMutation {
    /// Take an invitation back: its link no longer works, and its address can be invited again.
    #[graphql(directive = requires::apply("invitation.delete".to_owned()))]
    async fn delete_invitation(&self, ctx: &Context<'_>, input: NodeInput) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, InvitationId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = invitation::delete(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(invitation) => DeletePayload::deleted(invitation.id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
