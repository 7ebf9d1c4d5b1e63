use crate::domain::RoleId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{DeletePayload, NodeInput};
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::role;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeleteRoleMutation;

#[Object]
impl DeleteRoleMutation {
    /// Take a role away that nobody has. One that somebody has is archived instead. Only admins may.
    #[graphql(directive = requires::apply("role.delete".to_owned()))]
    async fn delete_role(&self, ctx: &Context<'_>, input: NodeInput) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, RoleId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = role::delete(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(()) => DeletePayload::deleted(id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
