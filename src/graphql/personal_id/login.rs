use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::graphql::session::SessionPayload;
use crate::service::personal_id;
use async_graphql::{Context, InputObject, Object, Result};

/// A PersonalID account, and the project space to sign in to.
#[derive(InputObject)]
pub struct PersonalIdLoginInput {
    /// The project space's name.
    project_space: String,
    /// A token of the PersonalID account: an ID token, or a JWT access token, for this gateway.
    #[graphql(secret)]
    personal_id_token: String,
}

#[derive(Default)]
pub struct LoginWithPersonalIdMutation;

#[Object]
impl LoginWithPersonalIdMutation {
    /// Sign in as the mobile worker whose active link is to this PersonalID account. LINK_INACTIVE: ask with
    /// `requestPersonalIdAccess`. WRONG_CREDENTIALS stands for all else: no such project space, no link, a worker who may
    /// not sign in.
    #[graphql(directive = requires::apply("session.create".to_owned()))]
    async fn login_with_personal_id(
        &self,
        ctx: &Context<'_>,
        input: PersonalIdLoginInput,
    ) -> Result<SessionPayload> {
        let origin = ctx.principal().origin.clone();
        let (space, token) = (&input.project_space, &input.personal_id_token);
        let result = personal_id::login(ctx.services(), origin, space, token).await;
        Ok(match ctx.settle(result)? {
            Ok(signed_in) => SessionPayload::signed_in(ctx, signed_in),
            Err(user_errors) => SessionPayload::refused(user_errors),
        })
    }
}
