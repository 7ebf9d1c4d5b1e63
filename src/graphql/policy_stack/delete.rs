use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// Which policy module.
#[derive(InputObject)]
pub struct DeletePolicyModuleInput {
    /// The project space's name.
    project_space: String,
    /// The module's digest.
    digest: String,
}

/// What became of a policy module that was to be deleted.
#[derive(SimpleObject)]
pub struct DeletePolicyModulePayload {
    /// Its digest; null when it was refused.
    deleted_digest: Option<String>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct DeletePolicyModuleMutation;

#[Object]
impl DeletePolicyModuleMutation {
    /// Take a policy module away that is not in force, not monitored, and not where rolling back leads. Revisions that name
    /// it stay, and cannot be put in force until it is uploaded again. Only admins may.
    #[graphql(directive = requires::apply("policy.delete".to_owned()))]
    async fn delete_policy_module(
        &self,
        ctx: &Context<'_>,
        input: DeletePolicyModuleInput,
    ) -> Result<DeletePolicyModulePayload> {
        let result =
            policy_stack::delete(ctx.services(), ctx.principal(), &input.project_space, &input.digest).await;
        Ok(match ctx.settle(result)? {
            Ok(()) => DeletePolicyModulePayload {
                deleted_digest: Some(input.digest.to_ascii_lowercase()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => DeletePolicyModulePayload { deleted_digest: None, user_errors },
        })
    }
}
