use super::revision::PolicyRevisionObject;
use crate::domain::{Fault, FaultCode, PolicyEntryInput};
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use serde_json::Value as Json;

/// One module of a revision: one that was uploaded, or the gateway's own.
#[derive(InputObject)]
pub struct PolicyRevisionModuleInput {
    /// The digest of a module that was uploaded in this project space.
    digest: Option<String>,
    /// The gateway's own policy, in whatever version it has.
    #[graphql(default)]
    standard: bool,
    /// The module's settings, as its schema has them: an object.
    settings: Option<Json>,
}

/// A new revision.
#[derive(InputObject)]
pub struct CreatePolicyRevisionInput {
    /// The project space's name.
    project_space: String,
    /// The modules in order, 8 at most. Any deny denies; otherwise one permit permits.
    modules: Vec<PolicyRevisionModuleInput>,
    /// What it is for: 500 characters at most.
    #[graphql(default)]
    comment: String,
}

/// What became of a revision.
#[derive(SimpleObject)]
pub struct PolicyRevisionPayload {
    /// The revision; null when it was refused.
    policy_revision: Option<PolicyRevisionObject>,
    /// All that was wrong with the input. A fault of settings has the place inside them at the end of its path.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct CreatePolicyRevisionMutation;

#[Object]
impl CreatePolicyRevisionMutation {
    /// Make a revision: an ordered list of modules with their settings, which are checked against the modules' own schemas.
    /// It changes nothing by itself: monitor or activate it next. Only admins may.
    #[graphql(directive = requires::apply("policy.revise".to_owned()))]
    async fn create_policy_revision(
        &self,
        ctx: &Context<'_>,
        input: CreatePolicyRevisionInput,
    ) -> Result<PolicyRevisionPayload> {
        let (mut modules, mut user_errors) = (Vec::new(), Vec::new());
        for (index, module) in input.modules.into_iter().enumerate() {
            if module.standard == module.digest.is_some() {
                user_errors.push(UserError::from(Fault {
                    code: FaultCode::InvalidValue,
                    message: "give either `digest`, or `standard: true`".to_owned(),
                    path: vec!["modules".to_owned(), index.to_string()],
                }));
            }
            modules.push(PolicyEntryInput { digest: module.digest, settings: module.settings });
        }
        if !user_errors.is_empty() {
            return Ok(PolicyRevisionPayload { policy_revision: None, user_errors });
        }
        let space = &input.project_space;
        let result =
            policy_stack::revise(ctx.services(), ctx.principal(), space, &modules, &input.comment).await;
        Ok(match ctx.settle(result)? {
            Ok(made) => PolicyRevisionPayload {
                policy_revision: Some((*made).clone().into()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => PolicyRevisionPayload { policy_revision: None, user_errors },
        })
    }
}
