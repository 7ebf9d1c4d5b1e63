use super::{PermissionGrantInput, RolePayload};
use crate::domain::{RoleChange, RoleId};
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::patch::{patch, texts};
use crate::graphql::requires::requires;
use crate::service::role;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

/// Changes of a role: what is left out stays, null clears.
#[derive(InputObject)]
pub struct UpdateRoleInput {
    /// The role's global id.
    id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// 1 to 128 characters, unique whatever the case.
    name: MaybeUndefined<String>,
    /// Replaces all permissions. Saved with CommCare's rules: to edit implies to view.
    permissions: MaybeUndefined<Vec<PermissionGrantInput>>,
    /// Replaces the roles whose holders may give it.
    assignable_by_ids: MaybeUndefined<Vec<ID>>,
    /// Whether everybody who may edit users may give it.
    editable_by_non_admins: Option<bool>,
}

#[derive(Default)]
pub struct UpdateRoleMutation;

#[Object]
impl UpdateRoleMutation {
    /// Change a role. It holds for those who have it from their next request on. Only admins may.
    #[graphql(directive = requires::apply("role.update".to_owned()))]
    async fn update_role(&self, ctx: &Context<'_>, input: UpdateRoleInput) -> Result<RolePayload> {
        let id = match parse_id("id", &input.id, RoleId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let parts = |grants: Vec<PermissionGrantInput>| {
            grants.into_iter().map(PermissionGrantInput::into_parts).collect()
        };
        let change = RoleChange {
            name: patch(input.name),
            permissions: patch(input.permissions.map_value(parts)),
            assignable_by: patch(input.assignable_by_ids.map_value(texts)),
            editable_by_non_admins: input.editable_by_non_admins,
        };
        let result = role::update(ctx.services(), ctx.principal(), id, input.version, &change).await;
        Ok(ctx.settle(result)?.into())
    }
}
