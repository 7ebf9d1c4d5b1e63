use crate::authz::Visible;
use crate::domain::username::typed;
use crate::domain::{LoginName, MobileWorker, MobileWorkerId, Principal, ProjectSpaceId};
use crate::service::{Failure, Services};

/// The worker with this id; nothing when the caller may not see it. A deleted one is still there for who may see it.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    id: MobileWorkerId,
) -> Result<Option<Visible<MobileWorker>>, Failure> {
    let scope = services.authorizer.scope(principal, space).await?;
    Ok(services.store.visible_mobile_worker(&scope, id).await?)
}

/// The worker with this username; nothing when the caller may not see it.
///
/// # Errors
/// [`Failure`].
pub async fn read_named(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    username: &str,
) -> Result<Option<Visible<MobileWorker>>, Failure> {
    let scope = services.authorizer.scope(principal, space).await?;
    let username = username_of(services, principal, space, username);
    Ok(services.store.visible_mobile_worker_named(&scope, &username).await?)
}

/// The username in a login name of this project space, or in a text that may be a bare one. A login name of another
/// project space is nobody's here.
pub fn username_of(services: &Services, principal: &Principal, space: ProjectSpaceId, text: &str) -> String {
    let text = typed(text);
    match (LoginName::split(&text, services.worker_suffix()), principal.standing_in(space)) {
        (Some(name), Some(standing)) if name.project_space == standing.project_space_name => name.username,
        _ => text,
    }
}
