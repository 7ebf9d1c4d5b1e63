use crate::authz::{Attributes, Denied, ReadUserFields, ReadUserProfile, Visible};
use crate::domain::{Principal, ProjectSpaceId, UserFieldDefinition, UserProfile, UserProfileId};
use crate::service::{Failure, Services};

/// The fields of a project space; nothing when the caller may not see them.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Option<Visible<UserFieldDefinition>>, Failure> {
    let fields = services.store.user_fields(space).await?;
    let judged = services.authorizer.authorize::<ReadUserFields>(principal, fields, Attributes::new()).await;
    match judged {
        Ok(proof) => Ok(Some(proof.into_visible())),
        Err(Denied::NotVisible) => Ok(None),
        Err(denied) => Err(denied.into()),
    }
}

/// The profiles that the caller may see, in the order that the project space gave them.
///
/// # Errors
/// [`Failure`].
pub async fn profiles(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Vec<Visible<UserProfile>>, Failure> {
    let scope = services.authorizer.scope::<ReadUserProfile>(principal, space).await?;
    Ok(services.store.user_profiles(&scope, None).await?)
}

/// Those of these profiles that the caller may see.
///
/// # Errors
/// [`Failure`].
pub async fn load_profiles(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[UserProfileId],
) -> Result<Vec<Visible<UserProfile>>, Failure> {
    let scope = services.authorizer.scope::<ReadUserProfile>(principal, space).await?;
    Ok(services.store.user_profiles(&scope, Some(ids)).await?)
}
