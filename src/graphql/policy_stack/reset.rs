use super::PolicyStackPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, Object, Result};

/// Where, and why.
#[derive(InputObject)]
pub struct ResetPolicyInput {
    /// The project space's name.
    project_space: String,
    /// The version of the stack that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// Why: 500 characters at most.
    #[graphql(default)]
    comment: String,
}

#[derive(Default)]
pub struct ResetPolicyMutation;

#[Object]
impl ResetPolicyMutation {
    /// Put `standard` in force, alone, and have nothing monitored. Revisions stay, and rolling back undoes it. Only admins may;
    /// should a policy forbid even that, the operator does it with `fieldgate policy reset`.
    #[graphql(directive = requires::apply("policy.activate".to_owned()))]
    async fn reset_policy(&self, ctx: &Context<'_>, input: ResetPolicyInput) -> Result<PolicyStackPayload> {
        let (services, principal, space) = (ctx.services(), ctx.principal(), &input.project_space);
        let result = policy_stack::reset(services, principal, space, input.version, &input.comment).await;
        Ok(ctx.settle(result)?.into())
    }
}
