use crate::domain::{ACCESS_GRAIN, Identity, Principal, ProjectSpaceId};
use crate::service::Services;

/// Keeps when a web user was last in a project space (seed 001: "Last Access Date"), to the hour: their first request of
/// an hour writes, the others do not. A note that fails is logged; what they came for is not refused for it.
pub(in crate::service) async fn visit(services: &Services, principal: &Principal, space: ProjectSpaceId) {
    let (Identity::WebUser(person), Some(standing)) = (principal.identity, principal.standing_in(space))
    else {
        return;
    };
    let now = services.clock.now();
    if standing.last_access_at.is_some_and(|last| now - last < ACCESS_GRAIN) {
        return;
    }
    if let Err(error) = services.store.note_access(space, person, now).await {
        tracing::warn!(%space, %error, "when somebody was last here could not be noted");
    }
}
