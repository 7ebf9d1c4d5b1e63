use super::object::object;
use super::{COMMON, NAMES, ONE, SCHEMA, common, present};
use crate::authz::Visible;
use crate::domain::user_data::PROFILE_KEY;
use crate::domain::{MobileWorker, MobileWorkerInput, Patch, Principal, ProjectSpace};
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
           worker, edit what you got, and send that: what the answer to a read has and a change does not take may be sent \
           back as it was read. Usernames never change.",
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
    mut body: Map<String, Json>,
) -> Result<Answer, Refused> {
    let entered = api::enter(services, principal, project_space).await?;
    let here = entered.resource();
    let before = present(services, principal, here.id, id).await?;
    remove_repeated(services, principal, here, &before, &mut body).await?;
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

/// Fields of a worker that no call changes.
const READ_ONLY: &[&str] =
    &["id", "username", "is_active", "is_account_confirmed", "personal_id_link", "resource_uri"];
/// Fields of a worker that change by themselves, so that a client sends back what they were.
const TIMES: &[&str] = &["created_at", "updated_at", "last_login_at"];

/// Takes out of a body what only repeats the answer to a read. Programs read a worker, change one field and send the whole
/// object back. A read-only field with another value stays, and is refused as unknown.
async fn remove_repeated(
    services: &Services,
    principal: &Principal,
    here: &ProjectSpace,
    before: &Visible<MobileWorker>,
    body: &mut Map<String, Json>,
) -> Result<(), Failure> {
    if let Some(Json::Object(data)) = body.get_mut("user_data") {
        // Fields without a value are read as empty texts.
        let known = before.effective_data();
        let is_blank = |value: &Json| value.as_str().is_some_and(str::is_empty);
        data.retain(|key, value| !is_blank(value) || known.contains_key(key) || key == PROFILE_KEY);
    }
    for name in TIMES {
        body.remove(*name);
    }
    if READ_ONLY.iter().any(|name| body.contains_key(*name)) {
        let shown = object(services, principal, here, before).await?;
        body.retain(|name, value| !READ_ONLY.contains(&name.as_str()) || shown.get(name) != Some(&*value));
    }
    Ok(())
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
