use super::PolicyStackObject;
use crate::authz::Visible;
use crate::domain::PolicyStack;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::patch::patch;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result};

/// Which cases must hold, and where.
#[derive(InputObject)]
pub struct SetPolicyCasesInput {
    /// The project space's name.
    project_space: String,
    /// A file of cases, in YAML: 64 KiB and 500 cases at most. Null to have none.
    cases: MaybeUndefined<String>,
    /// The version of the stack that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
}

/// What became of the cases that must hold.
pub struct SetPolicyCasesPayload {
    stack: Option<Visible<PolicyStack>>,
    user_errors: Vec<UserError>,
}

#[Object]
impl SetPolicyCasesPayload {
    /// The stack as it is now; null when it was refused.
    async fn policy_stack(&self) -> Option<PolicyStackObject> {
        self.stack.clone().map(PolicyStackObject::from)
    }

    /// How many of the cases do not hold under what is in force now, which stays in force all the same. Null where there are
    /// no cases, and when they could not be tried in time.
    #[graphql(directive = requires::apply("policy.set_cases".to_owned()), complexity = 20)]
    async fn failing(&self, ctx: &Context<'_>) -> Result<Option<usize>> {
        let Some(stack) = &self.stack else { return Ok(None) };
        let tried = policy_stack::try_cases(ctx.services(), stack).await;
        let tried = tried.map_err(|failure| ctx.fail(&failure))?;
        Ok(tried.filter(|report| report.asked == report.cases).map(|report| report.failed))
    }

    /// All that was wrong with the input.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

#[derive(Default)]
pub struct SetPolicyCasesMutation;

#[Object]
impl SetPolicyCasesMutation {
    /// Say what the policies of a project space must answer, whichever of them are in force: a revision is put in force, and
    /// rolled back to, only when all cases hold. `resetPolicy` asks for none of them. Only admins may.
    #[graphql(directive = requires::apply("policy.set_cases".to_owned()))]
    async fn set_policy_cases(
        &self,
        ctx: &Context<'_>,
        input: SetPolicyCasesInput,
    ) -> Result<SetPolicyCasesPayload> {
        let (services, principal, space) = (ctx.services(), ctx.principal(), &input.project_space);
        let cases = patch(input.cases);
        let result = policy_stack::set_cases(services, principal, space, cases, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(stack) => SetPolicyCasesPayload { stack: Some(stack), user_errors: Vec::new() },
            Err(user_errors) => SetPolicyCasesPayload { stack: None, user_errors },
        })
    }
}
