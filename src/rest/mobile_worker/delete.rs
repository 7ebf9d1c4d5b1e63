use super::{ONE, present};
use crate::domain::Principal;
use crate::rest::answer::Answer;
use crate::rest::call::Call;
use crate::service::{Refused, Services, api, mobile_worker};

/// `DELETE /a/<project space>/api/user/v1/<id>/`.
pub const DELETE: Call = Call {
    name: "deleteMobileWorker",
    method: "delete",
    path: ONE,
    summary: "Take a mobile worker away",
    says: "Only the account, nothing that the worker submitted; and it can be brought back over the GraphQL API. The \
           username stays taken.",
    status: 202,
    problems: &[409],
    ..Call::PLAIN
};

/// Takes a worker away: 202 with an empty body.
///
/// # Errors
/// [`Refused`].
pub async fn delete(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let id = present(services, principal, here, id).await?.id;
    mobile_worker::delete(services, principal, id, None).await?;
    Ok(Answer::empty(202))
}
