use super::PolicyStackPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, Object, Result};

/// Where, and why.
#[derive(InputObject)]
pub struct RollBackPolicyInput {
    /// The project space's name.
    project_space: String,
    /// The version of the stack that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// Why: 500 characters at most.
    #[graphql(default)]
    comment: String,
    /// Put it in force even if you could then neither see nor change the policies any more: it may take the
    /// gateway's operator to undo that.
    #[graphql(default)]
    confirm_lock_out: bool,
}

#[derive(Default)]
pub struct RollBackPolicyMutation;

#[Object]
impl RollBackPolicyMutation {
    /// Go back one step: to what was in force before that which is. Done twice, it goes back two steps. Refused
    /// unless the project space's cases hold then, and you could take it back. Only admins may.
    #[graphql(directive = requires::apply("policy.activate".to_owned()))]
    async fn roll_back_policy(
        &self,
        ctx: &Context<'_>,
        input: RollBackPolicyInput,
    ) -> Result<PolicyStackPayload> {
        let (services, principal, space) = (ctx.services(), ctx.principal(), &input.project_space);
        let lock_out = super::lock_out(input.confirm_lock_out);
        let (version, comment) = (input.version, &input.comment);
        let result = policy_stack::roll_back(services, principal, space, version, comment, lock_out).await;
        Ok(ctx.settle(result)?.into())
    }
}
