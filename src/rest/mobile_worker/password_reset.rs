use super::present;
use crate::domain::Principal;
use crate::rest::answer::Answer;
use crate::rest::call::Call;
use crate::service::{Refused, Services, api, mobile_worker};

/// `POST /a/<project space>/api/user/v1/<id>/email_password_reset/`.
pub const EMAIL_PASSWORD_RESET: Call = Call {
    name: "emailPasswordReset",
    method: "post",
    path: "/a/{project_space}/api/user/v1/{id}/email_password_reset/",
    summary: "Send a mobile worker a mail with a link to a new password",
    says: "The request has no body, and so has the answer. Refused when the worker has no e-mail address, may not sign in, has \
           yet to confirm their account, or signs in with PersonalID. A few mails an hour are sent to one address at the most.",
    status: 202,
    problems: &[400, 409],
    ..Call::PLAIN
};

/// Sends a worker a link to a new password: 202 with an empty body.
///
/// # Errors
/// [`Refused`].
pub async fn email_password_reset(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let id = present(services, principal, here, id).await?.id;
    mobile_worker::send_password_reset(services, principal, id, None).await?;
    Ok(Answer::empty(202))
}
