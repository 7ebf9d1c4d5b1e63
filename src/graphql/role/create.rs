use super::RolePayload;
use crate::domain::RoleInput;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::role;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// A permission, and the items that it is to be limited to.
#[derive(InputObject)]
pub struct PermissionGrantInput {
    /// The permission's name: `edit_commcare_users`, or one that the project space declares: `custom:approve_removal`.
    permission: String,
    /// The items; leave it out for all.
    items: Option<Vec<String>>,
}

impl PermissionGrantInput {
    pub fn into_parts(self) -> (String, Option<Vec<String>>) {
        (self.permission, self.items)
    }
}

/// A new role.
#[derive(InputObject)]
pub struct CreateRoleInput {
    /// The project space's name.
    project_space: String,
    /// 1 to 128 characters, unique whatever the case.
    name: String,
    /// What it grants. Saved with CommCare's rules: to edit implies to view.
    permissions: Vec<PermissionGrantInput>,
    /// The roles whose holders may give it.
    assignable_by_ids: Option<Vec<ID>>,
    /// Whether everybody who may edit users may give it.
    #[graphql(default)]
    editable_by_non_admins: bool,
}

#[derive(Default)]
pub struct CreateRoleMutation;

#[Object]
impl CreateRoleMutation {
    /// Make a role. Only admins may.
    #[graphql(directive = requires::apply("role.create".to_owned()))]
    async fn create_role(&self, ctx: &Context<'_>, input: CreateRoleInput) -> Result<RolePayload> {
        let new = RoleInput {
            name: input.name,
            permissions: input.permissions.into_iter().map(PermissionGrantInput::into_parts).collect(),
            assignable_by: input.assignable_by_ids.into_iter().flatten().map(|id| id.0).collect(),
            editable_by_non_admins: input.editable_by_non_admins,
        };
        let result = role::create(ctx.services(), ctx.principal(), &input.project_space, &new).await;
        Ok(ctx.settle(result)?.into())
    }
}
