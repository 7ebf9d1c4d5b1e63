use super::PolicyStackPayload;
use crate::domain::PolicyRevisionId;
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// Which revision.
#[derive(InputObject)]
pub struct MonitorPolicyRevisionInput {
    /// Its global id.
    id: ID,
}

#[derive(Default)]
pub struct MonitorPolicyRevisionMutation;

#[Object]
impl MonitorPolicyRevisionMutation {
    /// Have a revision asked whatever the one in force is asked, and its answers compared. It decides nothing. Only admins
    /// may.
    #[graphql(directive = requires::apply("policy.monitor".to_owned()))]
    async fn monitor_policy_revision(
        &self,
        ctx: &Context<'_>,
        input: MonitorPolicyRevisionInput,
    ) -> Result<PolicyStackPayload> {
        let id = match parse_id("id", &input.id, PolicyRevisionId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = policy_stack::monitor(ctx.services(), ctx.principal(), id).await;
        Ok(ctx.settle(result)?.into())
    }
}
