use super::{MobileWorkerPayload, parse_id};
use crate::domain::{Faults, MobileWorkerInput, Patch};
use crate::graphql::context::ContextExt;
use crate::graphql::patch::{patch, texts};
use crate::graphql::requires::requires;
use crate::service::mobile_worker;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// Changes of a mobile worker: what is left out stays, null clears.
#[derive(InputObject)]
pub struct UpdateMobileWorkerInput {
    /// The worker's global id.
    id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// At most 150 characters.
    first_name: MaybeUndefined<String>,
    /// At most 150 characters.
    last_name: MaybeUndefined<String>,
    /// At most 254 characters.
    email: MaybeUndefined<String>,
    /// Replaces all numbers; the first becomes the default one.
    phone_numbers: MaybeUndefined<Vec<String>>,
    /// Two or three letters: `en`.
    language: MaybeUndefined<String>,
    /// The project space's mobile default when null.
    role_id: MaybeUndefined<ID>,
    /// Replaces all groups.
    group_ids: MaybeUndefined<Vec<ID>>,
    /// Replaces all locations that you may see. What is out of your reach stays.
    location_ids: MaybeUndefined<Vec<ID>>,
    /// One of the locations.
    primary_location_id: MaybeUndefined<ID>,
    /// Replaces all of the project's own data but for what the user profile fixes. It must fit the project space's
    /// `userFields`.
    user_data: MaybeUndefined<Json>,
    /// Fixes some of the project's own data.
    profile_id: MaybeUndefined<ID>,
    /// After this moment, the worker is deactivated. Null takes the date away.
    deactivate_after: MaybeUndefined<DateTime<Utc>>,
    /// If the account has yet to be confirmed, send the mail with the link for that now.
    #[graphql(default)]
    send_confirmation_email_now: bool,
}

#[derive(Default)]
pub struct UpdateMobileWorkerMutation;

#[Object]
impl UpdateMobileWorkerMutation {
    /// Change a mobile worker. Usernames never change.
    #[graphql(directive = requires::apply("mobile_worker.update".to_owned()))]
    async fn update_mobile_worker(
        &self,
        ctx: &Context<'_>,
        input: UpdateMobileWorkerInput,
    ) -> Result<MobileWorkerPayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let fields = MobileWorkerInput {
            first_name: patch(input.first_name),
            last_name: patch(input.last_name),
            email: patch(input.email),
            phone_numbers: patch(input.phone_numbers),
            default_phone_number: Patch::Keep,
            language: patch(input.language),
            role: patch(input.role_id.map_value(|id| id.0)),
            groups: patch(input.group_ids.map_value(texts)),
            locations: patch(input.location_ids.map_value(texts)),
            primary_location: patch(input.primary_location_id.map_value(|id| id.0)),
            user_data: patch(input.user_data),
            user_profile: patch(input.profile_id.map_value(|id| id.0)),
            password: Patch::Keep,
            require_account_confirmation: false,
            send_confirmation_email_now: input.send_confirmation_email_now,
            deactivate_after: patch(input.deactivate_after),
            unreadable: Faults::new(),
        };
        let result = mobile_worker::update(ctx.services(), ctx.principal(), id, input.version, &fields).await;
        Ok(ctx.settle(result)?.into())
    }
}
