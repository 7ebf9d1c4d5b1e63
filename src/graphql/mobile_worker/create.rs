use super::MobileWorkerPayload;
use crate::domain::{Faults, MobileWorkerInput, Patch};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::mobile_worker::{self, NewPassword};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// A new mobile worker.
#[derive(InputObject)]
pub struct CreateMobileWorkerInput {
    /// The project space's name.
    project_space: String,
    /// Letters a–z, digits, `.`, `_`, `-` and `+`; unique in the project space for good.
    username: String,
    /// At least 8 characters; hard to guess where the project space wants strong passwords. Required, unless
    /// `requireAccountConfirmation` is true: then it must be left out.
    #[graphql(secret)]
    password: Option<String>,
    /// At most 150 characters.
    first_name: Option<String>,
    /// At most 150 characters.
    last_name: Option<String>,
    /// At most 254 characters.
    email: Option<String>,
    /// The first becomes the default one.
    phone_numbers: Option<Vec<String>>,
    /// Two or three letters: `en`.
    language: Option<String>,
    /// The project space's mobile default when left out.
    role_id: Option<ID>,
    /// The groups the worker is in.
    group_ids: Option<Vec<ID>>,
    /// The locations the worker is assigned to.
    location_ids: Option<Vec<ID>>,
    /// One of them; the first when left out.
    primary_location_id: Option<ID>,
    /// The project's own data: an object of texts, numbers, truth values and nulls. It must fit the project space's
    /// `userFields`.
    user_data: Option<Json>,
    /// Fixes some of the project's own data.
    profile_id: Option<ID>,
    /// Make an unconfirmed account: the worker confirms it by a link that is mailed to them, and sets the password. Needs
    /// `email`, and no `password`.
    #[graphql(default)]
    require_account_confirmation: bool,
    /// Send the mail with the link at once. Needs `requireAccountConfirmation`.
    #[graphql(default)]
    send_confirmation_email_now: bool,
    /// After this moment, the worker is deactivated.
    deactivate_after: Option<DateTime<Utc>>,
}

#[derive(Default)]
pub struct CreateMobileWorkerMutation;

#[Object]
impl CreateMobileWorkerMutation {
    /// Add a mobile worker. All that is wrong is told at once, and then nothing is created.
    #[graphql(directive = requires::apply("mobile_worker.create".to_owned()))]
    async fn create_mobile_worker(
        &self,
        ctx: &Context<'_>,
        input: CreateMobileWorkerInput,
    ) -> Result<MobileWorkerPayload> {
        let texts =
            |ids: Option<Vec<ID>>| ids.map(|ids| ids.into_iter().map(|id| id.0).collect::<Vec<_>>()).into();
        let fields = MobileWorkerInput {
            first_name: input.first_name.into(),
            last_name: input.last_name.into(),
            email: input.email.into(),
            phone_numbers: input.phone_numbers.into(),
            default_phone_number: Patch::Keep,
            language: input.language.into(),
            role: input.role_id.map(|id| id.0).into(),
            groups: texts(input.group_ids),
            locations: texts(input.location_ids),
            primary_location: input.primary_location_id.map(|id| id.0).into(),
            user_data: input.user_data.into(),
            user_profile: input.profile_id.map(|id| id.0).into(),
            password: input.password.map(Into::into).into(),
            require_account_confirmation: input.require_account_confirmation,
            send_confirmation_email_now: input.send_confirmation_email_now,
            deactivate_after: input.deactivate_after.into(),
            unreadable: Faults::new(),
        };
        let result = mobile_worker::create(
            ctx.services(),
            ctx.principal(),
            &input.project_space,
            &input.username,
            &fields,
            NewPassword::Given,
        )
        .await;
        Ok(ctx.settle(result)?.into())
    }
}
