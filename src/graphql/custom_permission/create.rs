use super::PermissionObject;
use crate::domain::CustomPermissionInput;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::custom_permission;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// A permission of a project space's own, which its policies ask for.
#[derive(InputObject)]
pub struct CreateCustomPermissionInput {
    /// The project space's name.
    project_space: String,
    /// `custom:` and letters a–z, digits or `_`; 64 characters in all at most.
    name: String,
    /// What its holder may do, in one sentence of at most 200 characters.
    description: String,
    /// Whether a grant of it may be limited to named items.
    #[graphql(default)]
    takes_items: bool,
}

/// What became of a permission.
#[derive(SimpleObject)]
pub struct CustomPermissionPayload {
    /// The permission; null when it was refused.
    permission: Option<PermissionObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct CreateCustomPermissionMutation;

#[Object]
impl CreateCustomPermissionMutation {
    /// Declare a permission for the project space's own policies. Roles may grant it from then on. Only admins may.
    #[graphql(directive = requires::apply("custom_permission.create".to_owned()))]
    async fn create_custom_permission(
        &self,
        ctx: &Context<'_>,
        input: CreateCustomPermissionInput,
    ) -> Result<CustomPermissionPayload> {
        let new = CustomPermissionInput {
            name: input.name,
            description: input.description,
            can_be_limited: input.takes_items,
        };
        let result =
            custom_permission::create(ctx.services(), ctx.principal(), &input.project_space, &new).await;
        Ok(match ctx.settle(result)? {
            Ok(made) => CustomPermissionPayload { permission: Some(made.into()), user_errors: Vec::new() },
            Err(user_errors) => CustomPermissionPayload { permission: None, user_errors },
        })
    }
}
