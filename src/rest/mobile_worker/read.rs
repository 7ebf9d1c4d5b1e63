use super::object::object;
use super::{ONE, SCHEMA};
use crate::domain::{MobileWorkerId, MobileWorkerStatus, Principal};
use crate::rest::answer::Answer;
use crate::rest::call::Call;
use crate::service::{Failure, Refused, Services, api, mobile_worker};

/// `GET /a/<project space>/api/user/v1/<id>/`.
pub const READ: Call = Call {
    name: "readMobileWorker",
    path: ONE,
    summary: "See a mobile worker",
    says: "Deactivated and unconfirmed ones too. A deleted one is not there.",
    answer: Some(SCHEMA),
    ..Call::PLAIN
};

/// Shows a worker: 200 with the worker.
///
/// # Errors
/// [`Refused`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let entered = api::enter(services, principal, project_space).await?;
    let here = entered.resource();
    let id = MobileWorkerId::parse(id).map_err(|_| Failure::NotFound)?;
    let worker = mobile_worker::read(services, principal, here.id, id).await?;
    let worker =
        worker.filter(|worker| worker.status != MobileWorkerStatus::Deleted).ok_or(Failure::NotFound)?;
    Ok(Answer::json(200, object(services, principal, here, &worker).await?))
}
