use super::object::object;
use super::parse_id;
use crate::domain::{MobileWorkerStatus, Principal};
use crate::rest::answer::Answer;
use crate::service::{Failure, Refused, Services, api, mobile_worker};

/// `GET /a/<project space>/api/user/v1/<id>/`: 200 with the worker. A deleted one is not there.
///
/// # Errors
/// [`Refused`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let worker = mobile_worker::read(services, principal, here, parse_id(id)?).await?;
    let worker =
        worker.filter(|worker| worker.status != MobileWorkerStatus::Deleted).ok_or(Failure::NotFound)?;
    Ok(Answer::json(200, object(&worker, project_space, services.worker_suffix())))
}
