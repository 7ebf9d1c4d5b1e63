use crate::domain::CustomPermissionId;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::DeletePayload;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::custom_permission;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// Which declared permission.
#[derive(InputObject)]
pub struct DeleteCustomPermissionInput {
    /// Its global id.
    id: ID,
}

#[derive(Default)]
pub struct DeleteCustomPermissionMutation;

#[Object]
impl DeleteCustomPermissionMutation {
    /// Take a declared permission back that no role grants. Only admins may.
    #[graphql(directive = requires::apply("custom_permission.delete".to_owned()))]
    async fn delete_custom_permission(
        &self,
        ctx: &Context<'_>,
        input: DeleteCustomPermissionInput,
    ) -> Result<DeletePayload> {
        let id = match parse_id("id", &input.id, CustomPermissionId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(DeletePayload::refused(user_errors)),
        };
        let result = custom_permission::delete(ctx.services(), ctx.principal(), id).await;
        Ok(match ctx.settle(result)? {
            Ok(()) => DeletePayload::deleted(id.to_string().into()),
            Err(user_errors) => DeletePayload::refused(user_errors),
        })
    }
}
