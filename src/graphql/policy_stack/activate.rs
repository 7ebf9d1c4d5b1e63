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
    /// Put it in force even if you could then neither see nor change the policies any more: it may take the
    /// gateway's operator to undo that.
    #[graphql(default)]
    confirm_lock_out: bool,
}

#[derive(Default)]
pub struct ActivatePolicyRevisionMutation;

#[Object]
impl ActivatePolicyRevisionMutation {
    /// Put a revision in force: all its modules at once, on all gateways within seconds. Refused unless it loads, the
    /// project space's cases hold, and you could take it back. Only admins may.
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
        let lock_out = super::lock_out(input.confirm_lock_out);
        let (version, comment) = (input.version, &input.comment);
        let result = policy_stack::activate(services, principal, id, version, comment, lock_out).await;
        Ok(ctx.settle(result)?.into())
    }
}
