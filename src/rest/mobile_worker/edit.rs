use super::object::object;
use super::{COMMON, NAMES, ONE, SCHEMA, common, present};
use crate::domain::{MobileWorker, MobileWorkerInput, Patch, Principal};
use crate::rest::answer::Answer;
use crate::rest::call::{Body, Call, Field, Takes};
use crate::rest::fields::Fields;
use crate::service::{Failure, Refused, Services, api, group, mobile_worker};
use serde_json::{Map, Value as Json, json};

/// `PUT /a/<project space>/api/user/v1/<id>/`.
pub const EDIT: Call = Call {
    name: "editMobileWorker",
    method: "put",
    path: ONE,
    summary: "Change a mobile worker",
    says: "What is left out stays. `user_data`, `groups`, `locations` and `phone_numbers` are replaced as a whole: read the \
           worker, edit what you got, and send that. Usernames never change.",
    body: Some(Body {
        schema: "MobileWorkerChanges",
        fields: &[
            &[
                Field::new(
                    "password",
                    Takes::Clearable,
                    "A new password of at least 8 characters; hard to guess where the project space wants strong ones. Ends \
                     the worker's sessions. Refused while their PersonalID link is active.",
                ),
                Field::new(
                    "send_confirmation_email_now",
                    Takes::Truth,
                    "If true, and the account is an unconfirmed one, sends an account confirmation e-mail at once. \
                     False when left out.",
                ),
            ],
            COMMON,
        ],
        example: || json!({ "first_name": "Jane", "user_data": { "chw_id": "13/43/DFA" } }),
    }),
    answer: Some(SCHEMA),
    problems: &[409],
    ..Call::PLAIN
};

/// Changes a worker: 200 with the worker.
///
/// # Errors
/// [`Refused`].
pub async fn edit(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
    body: Map<String, Json>,
) -> Result<Answer, Refused> {
    let entered = api::enter(services, principal, project_space).await?;
    let here = entered.resource();
    let before = present(services, principal, here.id, id).await?;
    let mut fields = Fields::of(&EDIT, body);
    let mut input = common(services, principal, here.id, &mut fields).await?;
    input.send_confirmation_email_now = fields.truth("send_confirmation_email_now");
    input.unreadable = fields.finish();
    keep_hidden_groups(services, principal, &before, &mut input).await?;
    let worker = mobile_worker::update(services, principal, before.id, None, &input)
        .await
        .map_err(|refused| refused.with_names(NAMES))?;
    Ok(Answer::json(200, object(services, principal, here, &worker).await?))
}

/// Adds to a list of groups those that the worker is in and the caller was not shown: the list replaces what the caller
/// read.
async fn keep_hidden_groups(
    services: &Services,
    principal: &Principal,
    before: &MobileWorker,
    input: &mut MobileWorkerInput,
) -> Result<(), Failure> {
    let kept = match &input.groups {
        Patch::Keep => return Ok(()),
        Patch::Clear => &[][..],
        Patch::Set(groups) => groups,
    };
    let seen = group::seen(services, principal, before.project_space, &before.profile.groups).await?;
    let hidden = before.profile.groups.iter().filter(|id| !seen.contains(id)).map(|id| id.hex());
    input.groups = Patch::Set(kept.iter().cloned().chain(hidden).collect());
    Ok(())
}
