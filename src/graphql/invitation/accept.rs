use crate::domain::NewAccountInput;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::graphql::session::SessionPayload;
use crate::service::invitation::{self, Accepted};
use async_graphql::{Context, InputObject, Object, Result};

/// What it takes to accept an invitation. Who has an account signs in first and gives the token alone.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The last part of the link in the mail.
    #[graphql(secret)]
    token: String,
    /// Of a new account: at most 150 characters.
    first_name: Option<String>,
    /// Of a new account: at most 150 characters.
    last_name: Option<String>,
    /// What to sign in with in future; the invited address when left out. The project space may allow no other.
    email: Option<String>,
    /// Of a new account: at least 15 characters.
    #[graphql(secret)]
    password: Option<String>,
    /// That you agree to the terms of service.
    agree_to_terms: Option<bool>,
}

#[derive(Default)]
pub struct AcceptInvitationMutation;

#[Object]
impl AcceptInvitationMutation {
    /// Accept an invitation by the link in its mail, which is good once. Without an account you get one, and are signed in.
    /// Who has an account must have signed in with it (SIGN_IN_REQUIRED, WRONG_ACCOUNT); their session goes on, and the
    /// tokens of the answer are null.
    #[graphql(directive = requires::apply("invitation.accept".to_owned()))]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Result<SessionPayload> {
        let account = NewAccountInput {
            first_name: input.first_name,
            last_name: input.last_name,
            email: input.email,
            password: input.password.map(Into::into),
            agree_to_terms: input.agree_to_terms,
        };
        let result =
            invitation::accept_and_sign_in(ctx.services(), ctx.principal(), input.token, &account).await;
        Ok(match ctx.settle(result)? {
            Ok(Accepted::New(signed_in)) => SessionPayload::signed_in(ctx, signed_in),
            Ok(Accepted::Known(principal)) => SessionPayload::of(ctx, principal),
            Err(user_errors) => SessionPayload::refused(user_errors),
        })
    }
}
