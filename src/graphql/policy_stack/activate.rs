use super::PolicyStackPayload;
use crate::domain::PolicyRevisionId;
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// Which revision.
#[derive(InputObject)]
pub struct ActivatePolicyRevisionInput {
    /// Its global id.
    id: ID,
    /// The version of the stack that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// Why: 500 characters at most.
    #[graphql(default)]
    comment: String,
}

#[derive(Default)]
pub struct ActivatePolicyRevisionMutation;

#[Object]
impl ActivatePolicyRevisionMutation {
    /// Put a revision in force: all its modules at once, on all gateways within seconds. Refused unless it loads. Only
    /// admins may.
    #[graphql(directive = requires::apply("policy.activate".to_owned()))]
    async fn activate_policy_revision(
        &self,
        ctx: &Context<'_>,
        input: ActivatePolicyRevisionInput,
    ) -> Result<PolicyStackPayload> {
        let id = match parse_id("id", &input.id, PolicyRevisionId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let (services, principal) = (ctx.services(), ctx.principal());
        let result = policy_stack::activate(services, principal, id, input.version, &input.comment).await;
        Ok(ctx.settle(result)?.into())
    }
}
