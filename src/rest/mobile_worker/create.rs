use super::common;
use super::object::object;
use crate::domain::{FaultCode, Patch, Principal};
use crate::rest::answer::Answer;
use crate::rest::fields::Fields;
use crate::service::mobile_worker::{self, NewPassword};
use crate::service::{Refused, Services, api};
use serde_json::{Map, Value as Json};

/// `POST /a/<project space>/api/user/v1/`: 201 with the worker.
///
/// # Errors
/// [`Refused`].
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    body: Map<String, Json>,
) -> Result<Answer, Refused> {
    let _may_use_the_api = api::enter(services, principal, project_space).await?;
    let mut fields = Fields::of(body);
    let username = match fields.text("username") {
        Patch::Set(username) => username,
        Patch::Keep | Patch::Clear => String::new(),
    };
    let mut input = common(&mut fields);
    let unconfirmed = fields.truth("require_account_confirmation");
    let send_now = fields.truth("send_confirmation_email_now");
    if unconfirmed || send_now {
        let message =
            "accounts that confirm themselves are not available yet: leave it out and give a `password`";
        let field = if unconfirmed { "require_account_confirmation" } else { "send_confirmation_email_now" };
        fields.faults.add(FaultCode::InvalidValue, &[field], message);
    }
    input.unreadable = fields.finish();
    let worker =
        mobile_worker::create(services, principal, project_space, &username, &input, NewPassword::Given)
            .await?;
    let body = object(&worker, project_space, services.worker_suffix());
    let location = body.get("resource_uri").and_then(Json::as_str).map(ToOwned::to_owned);
    Ok(Answer { location, ..Answer::json(201, body) })
}
