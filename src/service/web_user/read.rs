use crate::authz::Visible;
use crate::domain::{Email, Member, MembershipId, Principal, ProjectSpaceId, WebUserId};
use crate::service::{Failure, Services};

/// The member with this id; nothing when the caller may not see them.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    id: MembershipId,
) -> Result<Option<Visible<Member>>, Failure> {
    let scope = services.authorizer.scope(principal, space).await?;
    Ok(services.store.visible_member(&scope, id).await?)
}

/// The member with this address; nothing when the caller may not see them, and of people who are no members here.
///
/// # Errors
/// [`Failure`].
pub async fn read_named(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    email: &str,
) -> Result<Option<Visible<Member>>, Failure> {
    let scope = services.authorizer.scope(principal, space).await?;
    let Ok(email) = Email::parse(email) else { return Ok(None) };
    Ok(services.store.visible_member_named(&scope, email.as_str()).await?)
}

/// Those members with these accounts that the caller may see, in no order.
///
/// # Errors
/// [`Failure`].
pub async fn load(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[WebUserId],
) -> Result<Vec<Visible<Member>>, Failure> {
    let scope = services.authorizer.scope(principal, space).await?;
    Ok(services.store.members_with_accounts(&scope, ids).await?)
}
