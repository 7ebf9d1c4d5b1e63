//! Rules about accounts that no policy can switch off: who may act on a stronger account. They are asked after the
//! policy's permit, by the use cases and by `viewer.canI` alike. Source: DESIGN §1, "Giving, taking, becoming".
//!
//! The rule about what may be given to an account is in `assignment`.

use super::assignment::Assigner;
use super::{Failure, Services};
use crate::authz::{
    Action, ActivateMobileWorker, ActivateWebUser, ArchiveRole, CreateRole, DeactivateWebUser, DeleteRole,
    InvitePersonalId, LoggedDecision, Opened, RemoveWebUser, ResendInvitation, Resource, RestoreMobileWorker,
    RestoreWebUser, SendMobileWorkerConfirmation, SendMobileWorkerPasswordReset, SetMobileWorkerPassword,
    UnarchiveRole, UpdateProjectSpace, UpdateRole, UpdateWebUser, Visible,
};
use crate::domain::{
    AccessRequest, ApiKey, AuditEntry, CustomPermission, EmailAddress, FaultCode, Faults, Group, Identity,
    Invitation, Location, LocationType, Member, MobileWorker, PolicyStack, Principal, ProjectSpace,
    ProjectSpaceId, Rights, Role, UserFieldDefinition, UserProfile,
};

/// A kind of resource, with the gateway's own rules about who may act on one.
#[async_trait::async_trait]
pub(super) trait HostRuled: Resource + Sized {
    /// Returns what the rules say against an action that the policy permits. The default has no rules.
    async fn check(
        _services: &Services,
        _principal: &Principal,
        _action: &str,
        _row: &Visible<Self>,
    ) -> Result<Faults, Failure> {
        Ok(Faults::new())
    }
}

#[async_trait::async_trait]
impl HostRuled for ProjectSpace {
    async fn check(
        _services: &Services,
        principal: &Principal,
        action: &str,
        row: &Visible<Self>,
    ) -> Result<Faults, Failure> {
        Ok(check_project_space(principal, action, row))
    }
}

#[async_trait::async_trait]
impl HostRuled for Role {
    async fn check(
        _services: &Services,
        principal: &Principal,
        action: &str,
        row: &Visible<Self>,
    ) -> Result<Faults, Failure> {
        Ok(check_role(principal, action, row))
    }
}

#[async_trait::async_trait]
impl HostRuled for MobileWorker {
    async fn check(
        services: &Services,
        principal: &Principal,
        action: &str,
        row: &Visible<Self>,
    ) -> Result<Faults, Failure> {
        check_worker(services, principal, action, row, row).await
    }
}

#[async_trait::async_trait]
impl HostRuled for Member {
    async fn check(
        services: &Services,
        principal: &Principal,
        action: &str,
        row: &Visible<Self>,
    ) -> Result<Faults, Failure> {
        check_member(services, principal, action, row, row).await
    }
}

#[async_trait::async_trait]
impl HostRuled for Invitation {
    async fn check(
        services: &Services,
        principal: &Principal,
        action: &str,
        row: &Visible<Self>,
    ) -> Result<Faults, Failure> {
        check_invitation(services, principal, action, row, row).await
    }
}

impl HostRuled for AccessRequest {}
impl HostRuled for ApiKey {}
impl HostRuled for AuditEntry {}
impl HostRuled for CustomPermission {}
impl HostRuled for EmailAddress {}
impl HostRuled for Group {}
impl HostRuled for Location {}
impl HostRuled for LocationType {}
impl HostRuled for LoggedDecision {}
impl HostRuled for PolicyStack {}
impl HostRuled for UserFieldDefinition {}
impl HostRuled for UserProfile {}

/// Most names that a message lists.
const NAMED_MAX: usize = 5;

/// Checks the rules for an action on a mobile worker. An update is checked field by field where its input is known.
///
/// # Errors
/// [`Failure`]; the faults of the caller are returned.
pub(super) async fn check_worker(
    services: &Services,
    principal: &Principal,
    action: &str,
    opened: &impl Opened,
    worker: &MobileWorker,
) -> Result<Faults, Failure> {
    match action {
        SetMobileWorkerPassword::NAME
        | SendMobileWorkerConfirmation::NAME
        | SendMobileWorkerPasswordReset::NAME
        | InvitePersonalId::NAME => {
            let space = worker.project_space;
            check_becoming(services, principal, space, opened, worker.rights(), &["id"]).await
        }
        // An account that was off is given its rights again.
        RestoreMobileWorker::NAME | ActivateMobileWorker::NAME => {
            Assigner { services, principal, space: worker.project_space }
                .check_given_again(opened, worker.rights(), worker.profile.role)
                .await
        }
        _ => Ok(Faults::new()),
    }
}

/// Checks the rules for an action on a web user's membership.
///
/// # Errors
/// [`Failure`]; the faults of the caller are returned.
pub(super) async fn check_member(
    services: &Services,
    principal: &Principal,
    action: &str,
    opened: &impl Opened,
    member: &Member,
) -> Result<Faults, Failure> {
    let space = member.project_space;
    let is_own = principal.identity == Identity::WebUser(member.person.id);
    match action {
        // Seed 001: nobody removes themselves.
        RemoveWebUser::NAME | DeactivateWebUser::NAME if is_own => Ok(own_membership(&["id"])),
        RemoveWebUser::NAME | DeactivateWebUser::NAME | UpdateWebUser::NAME => {
            Ok(admins_by_admins(principal, space, member.rights()))
        }
        RestoreWebUser::NAME | ActivateWebUser::NAME => {
            Assigner { services, principal, space }
                .check_given_again(opened, member.rights(), member.assignment.role.role())
                .await
        }
        _ => Ok(Faults::new()),
    }
}

/// Checks the rules for an action on an invitation. An update is checked where its input is known.
///
/// # Errors
/// [`Failure`]; the faults of the caller are returned.
pub(super) async fn check_invitation(
    services: &Services,
    principal: &Principal,
    action: &str,
    opened: &impl Opened,
    invitation: &Invitation,
) -> Result<Faults, Failure> {
    // A link that is sent again gives anew what the invitation carries.
    if action != ResendInvitation::NAME {
        return Ok(Faults::new());
    }
    let assigner = Assigner { services, principal, space: invitation.project_space };
    let assignment = &invitation.assignment;
    let rights =
        Rights { is_admin: assignment.role.is_admin(), grants: None, locations: &assignment.locations };
    assigner.check_given_again(opened, rights, assignment.role.role()).await
}

/// Checks the rules for an action on a project space. A user who changes its settings or its roles could raise their own
/// rights (reference §1.1).
pub(super) fn check_project_space(principal: &Principal, action: &str, space: &ProjectSpace) -> Faults {
    match action {
        CreateRole::NAME => admins_only(principal, space.id, &[], "makes a role"),
        UpdateProjectSpace::NAME => admins_only(principal, space.id, &[], "changes its settings"),
        _ => Faults::new(),
    }
}

/// Checks the rules for an action on a role. A user who changes what others hold could raise their own rights (reference
/// §1.1).
pub(super) fn check_role(principal: &Principal, action: &str, role: &Role) -> Faults {
    match action {
        UpdateRole::NAME | ArchiveRole::NAME | UnarchiveRole::NAME | DeleteRole::NAME => {
            admins_only(principal, role.project_space, &["id"], "changes a role")
        }
        _ => Faults::new(),
    }
}

/// Checks that the account holds nothing that the caller does not. Asked by every action that could let the caller act
/// as the account, or that changes what identifies it: setting its password, sending it a link, changing the address or
/// the phone numbers by which it is recovered, inviting it to link a PersonalID account.
///
/// # Errors
/// [`Failure`]; the faults of the caller are returned.
pub(super) async fn check_becoming(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    opened: &impl Opened,
    account: Rights<'_>,
    path: &[&str],
) -> Result<Faults, Failure> {
    let Some(caller) = principal.standing_in(space).filter(|standing| !standing.is_admin) else {
        return Ok(Faults::new());
    };
    if account.is_admin {
        return Ok(admins_by_admins(principal, space, account));
    }
    let lacking = account.beyond(caller);
    if !lacking.is_empty() {
        let message = format!("the account holds permissions that you do not: {}", list(&lacking));
        return Ok(Faults::one(FaultCode::AccountHoldsMore, path, message));
    }
    if !caller.reaches_everything() {
        let outside = services.store.locations_outside(opened, &caller.locations, account.locations).await?;
        if !outside.is_empty() {
            let message =
                "the account belongs to a location outside of yours: ask a user who reaches all of them";
            return Ok(Faults::one(FaultCode::AccountHoldsMore, path, message));
        }
    }
    Ok(Faults::new())
}

/// Admins are changed by admins only.
fn admins_by_admins(principal: &Principal, space: ProjectSpaceId, account: Rights<'_>) -> Faults {
    if !account.is_admin || principal.administers(space) {
        return Faults::new();
    }
    let message = "only an admin of the project space changes an admin";
    Faults::one(FaultCode::AdminOnly, &["id"], message)
}

/// The fault of a user who changes their own membership.
pub(super) fn own_membership(path: &[&str]) -> Faults {
    let message = "you cannot do this to your own membership: ask another admin of the project space";
    Faults::one(FaultCode::SelfRemoval, path, message)
}

/// Checks that the caller is an admin of the project space. `what` says what only admins do: "makes a role".
fn admins_only(principal: &Principal, space: ProjectSpaceId, path: &[&str], what: &str) -> Faults {
    if principal.administers(space) {
        return Faults::new();
    }
    Faults::one(FaultCode::AdminOnly, path, format!("only an admin of the project space {what}"))
}

/// The first few names, and how many more there are.
pub(super) fn list(names: &[&str]) -> String {
    let (first, more) = names.split_at(names.len().min(NAMED_MAX));
    match more.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
