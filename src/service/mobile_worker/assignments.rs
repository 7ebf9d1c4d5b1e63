//! What a worker is given: groups, locations, a role. Each must be within what the caller may assign. What the caller
//! already finds on the worker may stay, whoever put it there.

use crate::authz::{AssignGroup, AssignLocation, AssignRole};
use crate::domain::{
    FaultCode, Faults, GroupId, LocationId, MobileWorkerProfile, Principal, ProjectSpaceId, RoleId,
};
use crate::service::{Failure, Services};

/// Notes a fault for everything that is added or taken away and is not the caller's to assign.
pub(super) async fn check(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    before: &MobileWorkerProfile,
    after: &MobileWorkerProfile,
    faults: &mut Faults,
) -> Result<(), Failure> {
    check_groups(services, principal, space, before, after, faults).await?;
    check_locations(services, principal, space, before, after, faults).await?;
    match after.role {
        Some(role) if before.role != after.role => check_role(services, principal, space, role, faults).await,
        _ => Ok(()),
    }
}

async fn check_groups(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    before: &MobileWorkerProfile,
    after: &MobileWorkerProfile,
    faults: &mut Faults,
) -> Result<(), Failure> {
    let changed: Vec<GroupId> = difference(&before.groups, &after.groups);
    if changed.is_empty() {
        return Ok(());
    }
    let scope = services.authorizer.scope::<AssignGroup>(principal, space).await?;
    let found = services.store.groups_with_ids(&scope, &changed).await?;
    for id in changed {
        if !found.iter().any(|group| group.id == id) {
            let message = format!("there is no group `{id}` that you may assign");
            note(faults, FaultCode::GroupOutOfReach, "group_ids", &after.groups, &id, message);
        }
    }
    Ok(())
}

async fn check_locations(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    before: &MobileWorkerProfile,
    after: &MobileWorkerProfile,
    faults: &mut Faults,
) -> Result<(), Failure> {
    let changed: Vec<LocationId> = difference(&before.locations, &after.locations);
    if changed.is_empty() {
        return Ok(());
    }
    let scope = services.authorizer.scope::<AssignLocation>(principal, space).await?;
    let found = services.store.locations_with_ids(&scope, &changed).await?;
    for id in changed {
        if !found.iter().any(|location| location.id == id) {
            let message = format!("there is no location `{id}` within your reach");
            note(faults, FaultCode::LocationOutOfReach, "location_ids", &after.locations, &id, message);
        }
    }
    Ok(())
}

async fn check_role(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    role: RoleId,
    faults: &mut Faults,
) -> Result<(), Failure> {
    let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
    let found = services.store.roles_with_ids(&scope, &[role]).await?;
    let Some(role) = found.first().filter(|role| !role.is_archived) else {
        let message = format!("there is no role `{role}` that you may assign");
        faults.add(FaultCode::RoleNotAssignable, &["role_id"], message);
        return Ok(());
    };
    // A worker without a role has the mobile default anyway, so giving it grants nothing.
    if !role.is_mobile_default
        && let Some(standing) = principal.standing_in(space)
        && let lacking = role.beyond(standing)
        && !lacking.is_empty()
    {
        let message = format!("the role grants what you do not hold: {}", lacking.join(", "));
        faults.add(FaultCode::GrantNotHeld, &["role_id"], message);
    }
    Ok(())
}

/// What is in one list and not in the other.
fn difference<T: Copy + PartialEq>(before: &[T], after: &[T]) -> Vec<T> {
    let added = after.iter().filter(|id| !before.contains(id));
    let removed = before.iter().filter(|id| !after.contains(id));
    added.chain(removed).copied().collect()
}

/// Notes a fault where the id stands in the input; at the whole field for one that was taken away.
fn note<T: PartialEq>(
    faults: &mut Faults,
    code: FaultCode,
    field: &str,
    after: &[T],
    id: &T,
    message: String,
) {
    match after.iter().position(|other| other == id) {
        Some(index) => faults.add(code, &[field, &index.to_string()], message),
        None => faults.add(code, &[field], message),
    }
}
