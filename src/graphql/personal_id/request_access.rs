use crate::graphql::access_request::AckPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::personal_id;
use async_graphql::{Context, InputObject, Object, Result};

/// Who asks for their link, and where.
#[derive(InputObject)]
pub struct PersonalIdAccessInput {
    /// The project space's name.
    project_space: String,
    /// A token of the PersonalID account: an ID token, or a JWT access token, for this gateway.
    #[graphql(secret)]
    personal_id_token: String,
}

#[derive(Default)]
pub struct RequestPersonalIdAccessMutation;

#[Object]
impl RequestPersonalIdAccessMutation {
    /// Ask for your PersonalID link, which somebody made inactive. The request shows on the link until it is answered. The
    /// answer is the same whether there is such a project space or link.
    #[graphql(directive = requires::apply("personal_id_link.request_access".to_owned()))]
    async fn request_personal_id_access(
        &self,
        ctx: &Context<'_>,
        input: PersonalIdAccessInput,
    ) -> Result<AckPayload> {
        let (space, token) = (&input.project_space, &input.personal_id_token);
        let result = personal_id::request_access(ctx.services(), ctx.principal(), space, token).await;
        Ok(AckPayload { user_errors: ctx.settle(result)?.err().unwrap_or_default() })
    }
}
