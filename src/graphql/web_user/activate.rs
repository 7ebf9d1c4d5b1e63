use super::WebUserPayload;
use crate::domain::MembershipId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::web_user;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ActivateWebUserMutation;

#[Object]
impl ActivateWebUserMutation {
    /// Let a deactivated web user into this project space again.
    #[graphql(directive = requires::apply("web_user.activate".to_owned()))]
    async fn activate_web_user(&self, ctx: &Context<'_>, input: NodeInput) -> Result<WebUserPayload> {
        let id = match parse_id("id", &input.id, MembershipId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = web_user::activate(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
