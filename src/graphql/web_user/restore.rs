use super::WebUserPayload;
use crate::domain::MembershipId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::web_user;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct RestoreWebUserMutation;

#[Object]
impl RestoreWebUserMutation {
    /// Undo the removal of a web user, for 72 hours: role and locations are as they were.
    #[graphql(directive = requires::apply("web_user.restore".to_owned()))]
    async fn restore_web_user(&self, ctx: &Context<'_>, input: NodeInput) -> Result<WebUserPayload> {
        let id = match parse_id("id", &input.id, MembershipId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = web_user::restore(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
