use super::PersonalIdLinkStatus;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::personal_id;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// What it takes to accept an invite to link a PersonalID account.
#[derive(InputObject)]
pub struct AcceptPersonalIdInput {
    /// The last part of the invite's link, or its code.
    #[graphql(secret)]
    token: String,
    /// A token of the PersonalID account that is to be linked: an ID token, or a JWT access token, for this gateway.
    #[graphql(secret)]
    personal_id_token: String,
}

/// The account that was linked, as its owner needs it to sign in with `loginWithPersonalId`.
#[derive(SimpleObject)]
pub struct LinkedAccount {
    /// The project space's name.
    project_space: String,
    /// The project space's name for people.
    project_space_name: String,
    /// The worker's username.
    username: String,
    /// What the link is now.
    status: Option<PersonalIdLinkStatus>,
}

/// What became of an invite.
#[derive(SimpleObject, Default)]
pub struct AcceptPersonalIdPayload {
    /// The account that was linked; null when it was refused.
    linked: Option<LinkedAccount>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct AcceptPersonalIdInviteMutation;

#[Object]
impl AcceptPersonalIdInviteMutation {
    /// Accept an invite by its link or code, with a token of the PersonalID account that is to be linked. The link is active
    /// from then on. An invite is good once; the same account again gets the same answer.
    #[graphql(directive = requires::apply("personal_id_link.accept".to_owned()))]
    async fn accept_personal_id_invite(
        &self,
        ctx: &Context<'_>,
        input: AcceptPersonalIdInput,
    ) -> Result<AcceptPersonalIdPayload> {
        let result =
            personal_id::accept(ctx.services(), ctx.principal(), input.token, &input.personal_id_token).await;
        Ok(match ctx.settle(result)? {
            Ok(link) => AcceptPersonalIdPayload {
                linked: Some(LinkedAccount {
                    project_space: link.project_space.clone(),
                    project_space_name: link.project_space_name.clone(),
                    username: link.worker.username.to_string(),
                    status: link.worker.link.as_ref().map(|link| link.status.into()),
                }),
                user_errors: Vec::new(),
            },
            Err(user_errors) => AcceptPersonalIdPayload { linked: None, user_errors },
        })
    }
}
