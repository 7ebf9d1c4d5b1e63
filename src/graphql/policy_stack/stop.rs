use super::PolicyStackPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, Object, Result};

/// Where to stop.
#[derive(InputObject)]
pub struct StopMonitoringPolicyInput {
    /// The project space's name.
    project_space: String,
}

#[derive(Default)]
pub struct StopMonitoringPolicyMutation;

#[Object]
impl StopMonitoringPolicyMutation {
    /// Have no revision asked but the one in force. Only admins may.
    #[graphql(directive = requires::apply("policy.monitor".to_owned()))]
    async fn stop_monitoring_policy(
        &self,
        ctx: &Context<'_>,
        input: StopMonitoringPolicyInput,
    ) -> Result<PolicyStackPayload> {
        let result = policy_stack::stop(ctx.services(), ctx.principal(), &input.project_space).await;
        Ok(ctx.settle(result)?.into())
    }
}
