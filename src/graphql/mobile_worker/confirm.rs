use crate::domain::ConfirmationInput;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::graphql::session::SessionPayload;
use crate::service::mobile_worker;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// What it takes to confirm an account.
#[derive(InputObject)]
pub struct ConfirmMobileWorkerInput {
    /// The last part of the link in the mail.
    #[graphql(secret)]
    token: String,
    /// At most 150 characters; the name that is known when left out.
    first_name: Option<String>,
    /// At most 150 characters; the name that is known when left out.
    last_name: Option<String>,
    /// At least 8 characters; hard to guess where the project space wants strong passwords. Required.
    #[graphql(secret)]
    password: Option<String>,
}

#[derive(Default)]
pub struct ConfirmMobileWorkerMutation;

#[Object]
impl ConfirmMobileWorkerMutation {
    /// Confirm an account by the link in its mail, which is good once, and set its password. You are signed in by that.
    #[graphql(directive = requires::apply("mobile_worker.confirm".to_owned()))]
    async fn confirm_mobile_worker(
        &self,
        ctx: &Context<'_>,
        input: ConfirmMobileWorkerInput,
    ) -> Result<SessionPayload> {
        let given = ConfirmationInput {
            first_name: input.first_name,
            last_name: input.last_name,
            password: input.password.map(Into::into),
        };
        let result =
            mobile_worker::confirm_and_sign_in(ctx.services(), ctx.principal(), input.token, &given).await;
        Ok(match ctx.settle(result)? {
            Ok(signed_in) => SessionPayload::signed_in(ctx, signed_in),
            Err(user_errors) => SessionPayload::refused(user_errors),
        })
    }
}

/// An account that its link confirms.
#[derive(SimpleObject)]
pub struct ConfirmationPreview {
    /// The project space's name for people.
    project_space_name: String,
    /// What you will sign in with: `username@<project space>.<suffix>`.
    login_name: String,
    /// As the project space knows it; you may give another one.
    first_name: String,
    /// As the project space knows it; you may give another one.
    last_name: String,
    /// Where the link was sent.
    email: String,
    /// The moment from which the link no longer works.
    expires_at: DateTime<Utc>,
}

#[derive(Default)]
pub struct ConfirmationQuery;

#[Object]
impl ConfirmationQuery {
    /// The account that the link in a confirmation mail belongs to; null when the link is none, was used, was replaced by a
    /// newer one, or is too old. Needs no sign-in and changes nothing.
    #[graphql(directive = requires::apply("mobile_worker.preview_confirmation".to_owned()))]
    async fn confirmation_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "The last part of the link in the mail.")] token: String,
    ) -> Result<Option<ConfirmationPreview>> {
        let services = ctx.services();
        let found = mobile_worker::preview_confirmation(services, ctx.principal(), token).await;
        let found = found.map_err(|failure| ctx.fail(&failure))?;
        Ok(found.map(|link| ConfirmationPreview {
            project_space_name: link.project_space_name.clone(),
            login_name: link.login_name(services.worker_suffix()),
            first_name: link.worker.profile.first_name.clone(),
            last_name: link.worker.profile.last_name.clone(),
            email: link.email.to_string(),
            expires_at: link.expires_at,
        }))
    }
}
