use super::{SessionPayload, payload};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::session;
use async_graphql::{Context, InputObject, Object, Result};

/// A refresh token.
#[derive(InputObject)]
pub struct RefreshInput {
    #[graphql(secret)]
    refresh_token: String,
}

#[derive(Default)]
pub struct RefreshMutation;

#[Object]
impl RefreshMutation {
    /// Exchange a refresh token for new tokens. Each is good once; one that comes back later ends the session.
    #[graphql(directive = requires::apply("session.refresh".to_owned()))]
    async fn refresh_session(&self, ctx: &Context<'_>, input: RefreshInput) -> Result<SessionPayload> {
        payload(
            ctx,
            session::refresh(ctx.services(), ctx.principal().origin.clone(), input.refresh_token).await,
        )
    }
}
