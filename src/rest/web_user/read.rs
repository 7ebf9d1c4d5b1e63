use super::object::object;
use super::{ONE, SCHEMA, present};
use crate::domain::Principal;
use crate::rest::answer::Answer;
use crate::rest::call::Call;
use crate::service::{Refused, Services, api};

/// `GET /a/<project space>/api/web-user/v1/<id>/`.
pub const READ: Call = Call {
    name: "readWebUser",
    path: ONE,
    summary: "See a web user",
    says: "Deactivated ones too.",
    answer: Some(SCHEMA),
    ..Call::PLAIN
};

/// Shows a web user: 200 with the web user.
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
    let member = present(services, principal, here.id, id).await?;
    Ok(Answer::json(200, object(services, principal, here, &member).await?))
}
