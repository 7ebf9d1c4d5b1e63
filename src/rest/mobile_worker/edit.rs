use super::object::object;
use super::{common, parse_id};
use crate::domain::{MobileWorkerStatus, Principal};
use crate::rest::answer::Answer;
use crate::rest::fields::Fields;
use crate::service::{Failure, Refused, Services, api, mobile_worker};
use serde_json::{Map, Value as Json};

/// `PUT /a/<project space>/api/user/v1/<id>/`: 200 with the worker. What is left out stays; `user_data`, groups,
/// locations and phone numbers are replaced.
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
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let id = parse_id(id)?;
    // The path names the project space: a worker of another one of the caller's is not there. Nor is a deleted one.
    mobile_worker::read(services, principal, here, id)
        .await?
        .filter(|worker| worker.status != MobileWorkerStatus::Deleted)
        .ok_or(Failure::NotFound)?;
    let mut fields = Fields::of(body);
    let mut input = common(&mut fields);
    // Sends a mail to an account that has yet to be confirmed (seed 002); every account is, so far.
    let _nothing_to_confirm = fields.truth("send_confirmation_email_now");
    input.unreadable = fields.finish();
    let worker = mobile_worker::update(services, principal, id, None, &input).await?;
    Ok(Answer::json(200, object(&worker, project_space, services.worker_suffix())))
}
