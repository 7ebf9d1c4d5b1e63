use super::{SessionPayload, payload};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::session;
use async_graphql::{Context, InputObject, Object, Result};

/// A user name and a password.
#[derive(InputObject)]
pub struct LoginInput {
    /// A web user's e-mail address, a worker's login name, or a worker's username together with `projectSpace`.
    username: String,
    #[graphql(secret)]
    password: String,
    /// Where a bare username is looked for.
    project_space: Option<String>,
}

#[derive(Default)]
pub struct LoginMutation;

#[Object]
impl LoginMutation {
    /// Sign in with a password. The answer is the same for a wrong password and for an unknown name.
    #[graphql(directive = requires::apply("session.create".to_owned()))]
    async fn login(&self, ctx: &Context<'_>, input: LoginInput) -> Result<SessionPayload> {
        let given = session::LoginInput {
            username: input.username,
            password: input.password.into(),
            project_space: input.project_space,
        };
        payload(ctx, session::login(ctx.services(), ctx.principal().origin.clone(), given).await)
    }
}
