use super::parse_id;
use crate::domain::Principal;
use crate::rest::answer::Answer;
use crate::service::{Failure, Refused, Services, api, mobile_worker};

/// `DELETE /a/<project space>/api/user/v1/<id>/`: 202 with an empty body.
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
    let id = parse_id(id)?;
    mobile_worker::read(services, principal, here, id).await?.ok_or(Failure::NotFound)?;
    mobile_worker::delete(services, principal, id, None).await?;
    Ok(Answer::empty(202))
}
