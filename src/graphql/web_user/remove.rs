use crate::domain::MembershipId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{DeletePayload, NodeInput};
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::web_user;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct RemoveWebUserMutation;

#[Object]
impl RemoveWebUserMutation {
    /// Remove a membership: from their next request on, the person has no part in this project space. Their account and
    /// other project spaces are not touched. `restoreWebUser` undoes it until `undoUntil`. Not yourself, and not the last
    /// active admin.
    #[graphql(directive = requires::apply("web_user.remove".to_owned()))]
    async fn remove_web_user(&self, ctx: &Context<'_>, input: NodeInput) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, MembershipId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = web_user::remove(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(removed) => DeletePayload::deleted(removed.id.to_string().into()).until(removed.undo_until),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
