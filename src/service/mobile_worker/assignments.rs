//! What a worker is given: groups, locations, a role. Each must be within what the caller may assign. What the caller
//! already finds on the worker may stay, whoever put it there.

use crate::authz::{AssignGroup, AssignLocation, AssignRole};
use crate::domain::{
    FaultCode, Faults, GroupId, LocationId, MobileWorkerInput, MobileWorkerProfile, Patch, Principal,
    ProjectSpaceId, RoleId,
};
use crate::service::{Failure, Services};

/// A change of what a worker is given, by somebody, in a project space.
pub(super) struct Assignments<'a> {
    pub services: &'a Services,
    pub principal: &'a Principal,
    pub space: ProjectSpaceId,
    pub before: &'a MobileWorkerProfile,
    pub after: &'a MobileWorkerProfile,
    /// Where the faults are: it may name a thing twice, or nonsense beside it.
    pub input: &'a MobileWorkerInput,
}

impl Assignments<'_> {
    /// Notes a fault for everything that is added or taken away and is not the caller's to assign.
    pub(super) async fn check(&self, faults: &mut Faults) -> Result<(), Failure> {
        self.check_groups(faults).await?;
        self.check_locations(faults).await?;
        match self.after.role {
            Some(role) if self.before.role != self.after.role => self.check_role(role, faults).await,
            _ => Ok(()),
        }
    }

    async fn check_groups(&self, faults: &mut Faults) -> Result<(), Failure> {
        let changed: Vec<GroupId> = difference(&self.before.groups, &self.after.groups);
        if changed.is_empty() {
            return Ok(());
        }
        let scope = self.services.authorizer.scope::<AssignGroup>(self.principal, self.space).await?;
        let found = self.services.store.groups_with_ids(&scope, &changed).await?;
        for id in changed.iter().filter(|id| !found.iter().any(|group| group.id == **id)) {
            let message = format!("there is no group `{id}` that you may assign");
            let is_it = |text: &String| GroupId::parse(text).as_ref() == Ok(id);
            note(faults, FaultCode::GroupOutOfReach, "group_ids", &self.input.groups, is_it, message);
        }
        Ok(())
    }

    async fn check_locations(&self, faults: &mut Faults) -> Result<(), Failure> {
        let changed: Vec<LocationId> = difference(&self.before.locations, &self.after.locations);
        if changed.is_empty() {
            return Ok(());
        }
        let scope = self.services.authorizer.scope::<AssignLocation>(self.principal, self.space).await?;
        let found = self.services.store.locations_with_ids(&scope, &changed).await?;
        for id in changed.iter().filter(|id| !found.iter().any(|location| location.id == **id)) {
            let message = format!("there is no location `{id}` within your reach");
            let is_it = |text: &String| LocationId::parse(text).as_ref() == Ok(id);
            note(
                faults,
                FaultCode::LocationOutOfReach,
                "location_ids",
                &self.input.locations,
                is_it,
                message,
            );
        }
        Ok(())
    }

    async fn check_role(&self, role: RoleId, faults: &mut Faults) -> Result<(), Failure> {
        let scope = self.services.authorizer.scope::<AssignRole>(self.principal, self.space).await?;
        let found = self.services.store.roles_with_ids(&scope, &[role]).await?;
        // No policy can have an archived role given.
        let Some(role) = found.first().filter(|role| !role.is_archived) else {
            let message = format!("there is no role `{role}` that you may assign");
            faults.add(FaultCode::RoleNotAssignable, &["role_id"], message);
            return Ok(());
        };
        // A worker without a role has the mobile default anyway, so giving it grants nothing.
        if !role.is_mobile_default
            && let Some(standing) = self.principal.standing_in(self.space)
            && let lacking = role.beyond(standing)
            && !lacking.is_empty()
        {
            let message = format!("the role grants what you do not hold: {}", lacking.join(", "));
            faults.add(FaultCode::GrantNotHeld, &["role_id"], message);
        }
        Ok(())
    }
}

/// What is in one list and not in the other.
fn difference<T: Copy + PartialEq>(before: &[T], after: &[T]) -> Vec<T> {
    let added = after.iter().filter(|id| !before.contains(id));
    let removed = before.iter().filter(|id| !after.contains(id));
    added.chain(removed).copied().collect()
}

/// Notes a fault where the id stands in the input; at the whole field for one that was taken away.
fn note(
    faults: &mut Faults,
    code: FaultCode,
    field: &str,
    given: &Patch<Vec<String>>,
    is_it: impl Fn(&String) -> bool,
    message: String,
) {
    match given.as_set().and_then(|ids| ids.iter().position(is_it)) {
        Some(index) => faults.add(code, &[field, &index.to_string()], message),
        None => faults.add(code, &[field], message),
    }
}
