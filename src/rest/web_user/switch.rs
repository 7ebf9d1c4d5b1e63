use super::present;
use crate::domain::Principal;
use crate::rest::answer::Answer;
use crate::rest::call::Call;
use crate::rest::openapi::NOTHING;
use crate::service::{Refused, Services, api, web_user};
use serde_json::json;

/// `POST /a/<project space>/api/web-user/v1/<id>/activate/`.
pub const ACTIVATE: Call = Call {
    name: "activateWebUser",
    method: "post",
    path: "/a/{project_space}/api/web-user/v1/{id}/activate/",
    summary: "Let a deactivated web user into the project space again",
    says: "Activating an active one changes nothing.",
    status: 202,
    answer: Some(NOTHING),
    problems: &[400, 409],
    ..Call::PLAIN
};

/// `POST /a/<project space>/api/web-user/v1/<id>/deactivate/`.
pub const DEACTIVATE: Call = Call {
    name: "deactivateWebUser",
    path: "/a/{project_space}/api/web-user/v1/{id}/deactivate/",
    summary: "Keep a web user out of the project space",
    says: "Other project spaces are not touched. Never oneself, and never the last active admin. Deactivating twice changes \
           nothing.",
    ..ACTIVATE
};

/// Lets a web user in again: 202 with `{}`.
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
    let member = present(services, principal, here, id).await?;
    web_user::activate(services, principal, member.id, None).await?;
    Ok(Answer::json(202, json!({})))
}

/// Keeps a web user out: 202 with `{}`.
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
    let member = present(services, principal, here, id).await?;
    web_user::deactivate(services, principal, member.id, None).await?;
    Ok(Answer::json(202, json!({})))
}
