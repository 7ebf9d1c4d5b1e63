use super::present;
use crate::domain::Principal;
use crate::rest::answer::Answer;
use crate::rest::call::Call;
use crate::rest::openapi::NOTHING;
use crate::service::{Refused, Services, api, mobile_worker};
use serde_json::json;

/// `POST /a/<project space>/api/user/v1/<id>/activate/`.
pub const ACTIVATE: Call = Call {
    name: "activateMobileWorker",
    method: "post",
    path: "/a/{project_space}/api/user/v1/{id}/activate/",
    summary: "Let a deactivated mobile worker sign in again",
    says: "Activating an active one changes nothing. Refused while the worker has yet to confirm their account.",
    status: 202,
    answer: Some(NOTHING),
    problems: &[400, 409],
    ..Call::PLAIN
};

/// `POST /a/<project space>/api/user/v1/<id>/deactivate/`.
pub const DEACTIVATE: Call = Call {
    name: "deactivateMobileWorker",
    path: "/a/{project_space}/api/user/v1/{id}/deactivate/",
    summary: "Stop a mobile worker from signing in",
    says: "Ends the sessions there are. Nothing that the worker submitted is lost. Deactivating twice changes nothing.",
    ..ACTIVATE
};

/// Lets a worker sign in again: 202 with `{}`.
///
/// # Errors
/// [`Refused`].
pub async fn activate(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let id = present(services, principal, here, id).await?.id;
    mobile_worker::activate(services, principal, id, None).await?;
    Ok(Answer::json(202, json!({})))
}

/// Stops a worker from signing in: 202 with `{}`.
///
/// # Errors
/// [`Refused`].
pub async fn deactivate(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let id = present(services, principal, here, id).await?.id;
    mobile_worker::deactivate(services, principal, id, None).await?;
    Ok(Answer::json(202, json!({})))
}
