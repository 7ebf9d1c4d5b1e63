use crate::authz::{
    ACTION_CATALOGUE, Action, AssignRole, CreateInvitation, CreateMobileWorker, ReadRole, Visible,
};
use crate::domain::{Principal, ProjectSpaceId, Role, RoleId, UserKind};
use crate::service::assignment::Assigner;
use crate::service::{Failure, Services};
use std::collections::HashMap;

/// The roles of a project space that the caller may see, by name.
///
/// # Errors
/// [`Failure`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    include_archived: bool,
) -> Result<Vec<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<ReadRole>(principal, space).await?;
    Ok(services.store.roles(&scope, include_archived).await?)
}

/// Those of these roles that the caller may see, in no order.
///
/// # Errors
/// [`Failure`].
pub async fn load(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[RoleId],
) -> Result<Vec<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<ReadRole>(principal, space).await?;
    Ok(services.store.roles_with_ids(&scope, ids).await?)
}

/// How many web users and mobile workers that the caller may see have each of these roles. One that nobody has is not
/// among them.
///
/// # Errors
/// [`Failure`].
pub async fn holders(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[RoleId],
) -> Result<HashMap<RoleId, u64>, Failure> {
    let members = services.authorizer.scope(principal, space).await?;
    let mut holders = services.store.members_by_role(&members, ids).await?;
    let workers = services.authorizer.scope(principal, space).await?;
    for (role, count) in services.store.mobile_workers_by_role(&workers, ids).await? {
        *holders.entry(role).or_default() += count;
    }
    Ok(holders)
}

/// The role of this name, whatever its case; nothing when the caller may not see it.
///
/// # Errors
/// [`Failure`].
pub async fn named(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    name: &str,
) -> Result<Option<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<ReadRole>(principal, space).await?;
    Ok(services.store.role_named(&scope, name).await?)
}

/// The same, of those that the caller may give to somebody.
///
/// # Errors
/// [`Failure`].
pub async fn assignable_named(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    name: &str,
) -> Result<Option<Visible<Role>>, Failure> {
    let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
    Ok(services.store.role_named(&scope, name).await?)
}

/// A role that the caller may give.
#[derive(Debug)]
pub struct AssignableRole {
    /// The role.
    pub role: Visible<Role>,
    /// The kinds of user that it may be given to.
    pub kinds: Vec<UserKind>,
}

/// Returns the roles that the caller may give, by name, with the kinds of user that each may be given to: what the policy
/// lets the caller add, and what the rules of `assignment` say about the role.
///
/// # Errors
/// [`Failure`].
pub async fn assignable(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Vec<AssignableRole>, Failure> {
    let addable = addable_kinds(services, principal, space).await?;
    let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
    let assigner = Assigner { services, principal, space };
    let mut assignable = Vec::new();
    for role in services.store.roles(&scope, false).await? {
        let kinds: Vec<UserKind> =
            addable.iter().copied().filter(|kind| assigner.may_give(&role, *kind)).collect();
        if !kinds.is_empty() {
            assignable.push(AssignableRole { role, kinds });
        }
    }
    Ok(assignable)
}

/// The kinds of user that the policy lets the caller add.
async fn addable_kinds(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Vec<UserKind>, Failure> {
    let mut kinds = Vec::new();
    let actions =
        [(UserKind::WebUser, CreateInvitation::NAME), (UserKind::MobileWorker, CreateMobileWorker::NAME)];
    for (kind, action) in actions {
        let Some(info) = ACTION_CATALOGUE.iter().find(|info| info.name == action) else { continue };
        let Some(sealed) = services.store.project_spaces(&[space]).await?.pop() else { continue };
        let examined = services.authorizer.examine(principal, space, sealed, info).await;
        if examined.answer.is_ok() {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}
