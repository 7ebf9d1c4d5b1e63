use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::session;
use async_graphql::{Context, Object, Result, SimpleObject};

/// That the session has ended.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// All that was wrong.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct LogoutMutation;

#[Object]
impl LogoutMutation {
    /// End the session that the access token belongs to, on every gateway.
    #[graphql(directive = requires::apply("session.end".to_owned()))]
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload> {
        let settled = ctx.settle(session::logout(ctx.services(), ctx.principal()).await)?;
        Ok(LogoutPayload { user_errors: settled.err().unwrap_or_default() })
    }
}
