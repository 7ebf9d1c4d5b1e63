use super::object::object;
use super::{ALL, COMMON, NAMES, SCHEMA, common};
use crate::domain::{Patch, Principal};
use crate::rest::answer::Answer;
use crate::rest::call::{Body, Call, Field, Takes};
use crate::rest::fields::Fields;
use crate::service::mobile_worker::{self, NewPassword};
use crate::service::{Refused, Services, api};
use serde_json::{Map, Value as Json, json};

/// `POST /a/<project space>/api/user/v1/`.
pub const CREATE: Call = Call {
    name: "createMobileWorker",
    method: "post",
    path: ALL,
    summary: "Add a mobile worker",
    says: "Needs the permissions Edit Mobile Workers and Edit Access APIs. All that is wrong is told at once; then nothing is \
           created, and the username stays free.",
    body: Some(Body {
        schema: "NewMobileWorker",
        fields: &[
            &[
                Field::required(
                    "username",
                    Takes::Text,
                    "Letters, digits, `.`, `_`, `-` and `+`; unique in the project space for good, whatever the case.",
                ),
                Field::new(
                    "password",
                    Takes::Clearable,
                    "At least 8 characters; hard to guess where the project space wants strong passwords. Required, unless \
                     `require_account_confirmation` is true: then it must be left out.",
                ),
                Field::new(
                    "require_account_confirmation",
                    Takes::Truth,
                    "If true, creates an unconfirmed account, which the worker confirms by a link that is mailed to them: needs \
                     `email`, and no `password`. False when left out.",
                ),
                Field::new(
                    "send_confirmation_email_now",
                    Takes::Truth,
                    "If true, sends the account confirmation e-mail at once: needs `require_account_confirmation`. False when \
                     left out.",
                ),
            ],
            COMMON,
        ],
        example: || {
            json!({
                "username": "jdoe", "password": "qwer1234", "first_name": "John", "last_name": "Doe",
                "email": "jdoe@example.org", "language": "en", "phone_numbers": ["+50253311399", "50253314588"],
                "user_data": { "chw_id": "13/43/DFA" },
            })
        },
    }),
    creates: true,
    status: 201,
    answer: Some(SCHEMA),
    ..Call::PLAIN
};

/// Adds a worker: 201 with the worker.
///
/// # Errors
/// [`Refused`].
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    body: Map<String, Json>,
) -> Result<Answer, Refused> {
    let entered = api::enter(services, principal, project_space).await?;
    let here = entered.resource();
    let mut fields = Fields::of(&CREATE, body);
    let username = match fields.text("username") {
        Patch::Set(username) => username,
        Patch::Keep | Patch::Clear => String::new(),
    };
    let mut input = common(services, principal, here.id, &mut fields).await?;
    input.require_account_confirmation = fields.truth("require_account_confirmation");
    input.send_confirmation_email_now = fields.truth("send_confirmation_email_now");
    input.unreadable = fields.finish();
    let worker =
        mobile_worker::create(services, principal, project_space, &username, &input, NewPassword::Given)
            .await
            .map_err(|refused| refused.with_names(NAMES))?;
    let body = object(services, principal, here, &worker).await?;
    let location = body.get("resource_uri").and_then(Json::as_str).map(ToOwned::to_owned);
    Ok(Answer { location, ..Answer::json(201, body) })
}
