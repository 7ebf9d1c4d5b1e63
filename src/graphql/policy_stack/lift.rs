use super::PolicyStackPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, Object, Result};

/// Where.
#[derive(InputObject)]
pub struct LiftPolicyQuarantineInput {
    /// The project space's name.
    project_space: String,
}

#[derive(Default)]
pub struct LiftPolicyQuarantineMutation;

#[Object]
impl LiftPolicyQuarantineMutation {
    /// Have the modules that are in quarantine asked again, on every gateway: the stack is loaded anew, as it is, with the
    /// revision that is monitored. A module that still gives no answer is back in quarantine after five times. Only admins may.
    #[graphql(directive = requires::apply("policy.activate".to_owned()))]
    async fn lift_policy_quarantine(
        &self,
        ctx: &Context<'_>,
        input: LiftPolicyQuarantineInput,
    ) -> Result<PolicyStackPayload> {
        let result = policy_stack::lift(ctx.services(), ctx.principal(), &input.project_space).await;
        Ok(ctx.settle(result)?.into())
    }
}
