use super::visit;
use crate::authz::{Attributes, Denied, ReadProjectSpace, Visible};
use crate::domain::{Identity, Principal, ProjectSpace, ProjectSpaceId};
use crate::service::{Failure, Services};

/// The project space of this name. Admins see it also when its policy gives no answer: its policies are read through it.
///
/// # Errors
/// [`Failure`]: also when it exists and the caller does not belong to it.
pub async fn read(
    services: &Services,
    principal: &Principal,
    name: &str,
) -> Result<Visible<ProjectSpace>, Failure> {
    let space = services.store.project_space_named(name).await?;
    let Some(space) = space else { return Err(nowhere(principal)) };
    let proof = services
        .authorizer
        .authorize_or_standard::<ReadProjectSpace>(principal, space, Attributes::new())
        .await?;
    let space = proof.into_visible();
    visit(services, principal, space.id).await;
    Ok(space)
}

/// Those of these project spaces that the caller may see.
///
/// # Errors
/// [`Failure`].
pub async fn read_many(
    services: &Services,
    principal: &Principal,
    ids: &[ProjectSpaceId],
) -> Result<Vec<Visible<ProjectSpace>>, Failure> {
    let mut visible = Vec::new();
    for space in services.store.project_spaces(ids).await? {
        match services.authorizer.authorize::<ReadProjectSpace>(principal, space, Attributes::new()).await {
            Ok(proof) => visible.push(proof.into_visible()),
            // A stranger too hears nothing, or the answer would tell which ids there are.
            Err(Denied::NotVisible | Denied::Forbidden { .. } | Denied::Anonymous) => {}
            Err(denied @ Denied::Undecided { .. }) => return Err(denied.into()),
        }
    }
    Ok(visible)
}

/// What a caller hears of a project space that is not there: the same as of one that is not theirs.
pub fn nowhere(principal: &Principal) -> Failure {
    match principal.identity {
        Identity::Anonymous => Denied::Anonymous.into(),
        Identity::WebUser(_) | Identity::MobileWorker(_) | Identity::System => Failure::NotFound,
    }
}
