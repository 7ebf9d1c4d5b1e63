use super::AckPayload;
use crate::domain::AccessRequestInput;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::access_request;
use async_graphql::{Context, InputObject, Object, Result};

/// Who asks to be let in. Who is signed in asks for themselves and need not say who they are.
#[derive(InputObject)]
pub struct RequestAccessInput {
    /// The project space's name.
    project_space: String,
    /// Where you can be invited. Required when you are not signed in.
    email: Option<String>,
    /// Who you are: at most 100 characters. Required when you are not signed in.
    full_name: Option<String>,
    /// What else the admins should know: at most 500 characters.
    message: Option<String>,
}

#[derive(Default)]
pub struct RequestAccessMutation;

#[Object]
impl RequestAccessMutation {
    /// Ask the admins of a project space to be let in. The answer is the same whether there is such a project space, whether
    /// it lets people ask, and whether you have asked before.
    #[graphql(directive = requires::apply("access_request.create".to_owned()))]
    async fn request_access(&self, ctx: &Context<'_>, input: RequestAccessInput) -> Result<AckPayload> {
        let given =
            AccessRequestInput { email: input.email, full_name: input.full_name, message: input.message };
        let result =
            access_request::create(ctx.services(), ctx.principal(), &input.project_space, &given).await;
        Ok(AckPayload { user_errors: ctx.settle(result)?.err().unwrap_or_default() })
    }
}
