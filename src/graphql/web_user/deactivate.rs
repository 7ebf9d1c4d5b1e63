use super::WebUserPayload;
use crate::domain::MembershipId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::web_user;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeactivateWebUserMutation;

#[Object]
impl DeactivateWebUserMutation {
    /// Keep a web user out of this project space, by session and API key, from their next request on. Other project
    /// spaces are not touched. Not yourself, and not the last active admin.
    #[graphql(directive = requires::apply("web_user.deactivate".to_owned()))]
    async fn deactivate_web_user(&self, ctx: &Context<'_>, input: NodeInput) -> Result<WebUserPayload> {
        let id = match parse_id("id", &input.id, MembershipId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = web_user::deactivate(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
