use super::RolePayload;
use crate::domain::RoleId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::NodeInput;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::role;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ArchiveRoleMutation;

#[Object]
impl ArchiveRoleMutation {
    /// Give a role to nobody any more. Those who have it keep it. Only admins may.
    #[graphql(directive = requires::apply("role.archive".to_owned()))]
    async fn archive_role(&self, ctx: &Context<'_>, input: NodeInput) -> Result<RolePayload> {
        let id = match parse_id("id", &input.id, RoleId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = role::archive(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
