//! What people are given: groups, locations, a role or Admin. Each must be within what the caller may assign, whoever is
//! given it and through whichever door. What the caller already finds on somebody may stay, whoever put it there.

use super::{Failure, Services};
use crate::authz::{AssignGroup, AssignLocation, AssignRole, Attributes};
use crate::domain::{
    Assignment, AssignmentInput, FaultCode, Faults, GroupId, LocationId, MobileWorkerInput,
    MobileWorkerProfile, Patch, Principal, ProjectSpaceId, QualifiedRole, RoleId,
};

/// Somebody who assigns, in a project space.
pub(super) struct Assigner<'a> {
    pub services: &'a Services,
    pub principal: &'a Principal,
    pub space: ProjectSpaceId,
}

/// Who is given a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recipient {
    WebUser,
    MobileWorker,
}

/// A list of ids as it was and as it would be; and as it was sent, where the faults are: it may name a thing twice, or
/// nonsense beside it.
struct Change<'a, T> {
    before: &'a [T],
    after: &'a [T],
    given: &'a Patch<Vec<String>>,
}

impl Assigner<'_> {
    /// Notes a fault for everything that a worker would be given or lose and that is not the caller's to assign.
    pub(super) async fn check_worker(
        &self,
        before: &MobileWorkerProfile,
        after: &MobileWorkerProfile,
        input: &MobileWorkerInput,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let groups = Change { before: &before.groups, after: &after.groups, given: &input.groups };
        self.check_groups(&groups, faults).await?;
        let locations =
            Change { before: &before.locations, after: &after.locations, given: &input.locations };
        self.check_locations(&locations, faults).await?;
        match after.role {
            Some(role) if before.role != after.role => {
                self.check_role(role, Recipient::MobileWorker, faults).await
            }
            _ => Ok(()),
        }
    }

    /// The same for a web user: somebody new, who has nothing before, or one who is there.
    pub(super) async fn check_web_user(
        &self,
        before: Option<&Assignment>,
        after: &Assignment,
        input: &AssignmentInput,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let locations = Change {
            before: before.map(|before| before.locations.as_slice()).unwrap_or_default(),
            after: &after.locations,
            given: &input.locations,
        };
        self.check_locations(&locations, faults).await?;
        let role_before = before.map_or(QualifiedRole::None, |before| before.role);
        if role_before == after.role {
            return Ok(());
        }
        // No policy can switch this off: Admin is given and taken by admins alone (seed 001).
        if (role_before.is_admin() || after.role.is_admin()) && !self.principal.administers(self.space) {
            let path = if after.role.is_admin() && input.admin.is_some() { "admin" } else { "role_id" };
            let message = "only an admin of the project space makes somebody an admin, or no longer one";
            faults.add(FaultCode::RoleNotAssignable, &[path], message);
        }
        match after.role {
            QualifiedRole::Role(role) => self.check_role(role, Recipient::WebUser, faults).await,
            QualifiedRole::Admin | QualifiedRole::None => Ok(()),
        }
    }

    async fn check_groups(&self, change: &Change<'_, GroupId>, faults: &mut Faults) -> Result<(), Failure> {
        let changed = change.difference();
        if changed.is_empty() {
            return Ok(());
        }
        let scope = self.services.authorizer.scope::<AssignGroup>(self.principal, self.space).await?;
        let found = self.services.store.groups_with_ids(&scope, &changed).await?;
        // No policy can have anybody put into a deleted group.
        let fits = |id: &GroupId| found.iter().any(|group| group.id == *id && !group.is_deleted);
        for id in changed.iter().filter(|id| !fits(id)) {
            let message = format!("there is no group `{id}` that you may assign");
            let is_it = |text: &String| GroupId::parse(text).as_ref() == Ok(id);
            note(faults, FaultCode::GroupOutOfReach, "group_ids", change.given, is_it, message);
        }
        Ok(())
    }

    async fn check_locations(
        &self,
        change: &Change<'_, LocationId>,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let changed = change.difference();
        if changed.is_empty() {
            return Ok(());
        }
        let scope = self.services.authorizer.scope::<AssignLocation>(self.principal, self.space).await?;
        let found = self.services.store.locations_with_ids(&scope, &changed).await?;
        for id in changed.iter().filter(|id| !found.iter().any(|location| location.id == **id)) {
            let message = format!("there is no location `{id}` within your reach");
            let is_it = |text: &String| LocationId::parse(text).as_ref() == Ok(id);
            note(faults, FaultCode::LocationOutOfReach, "location_ids", change.given, is_it, message);
        }
        Ok(())
    }

    async fn check_role(
        &self,
        role: RoleId,
        recipient: Recipient,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let scope = self.services.authorizer.scope::<AssignRole>(self.principal, self.space).await?;
        let found = self.services.store.roles_with_ids(&scope, &[role]).await?;
        // No policy can have an archived role given, nor the workers' default to a web user (reference §1.8).
        let fits = |role: &crate::domain::Role| {
            !role.is_archived && (recipient == Recipient::MobileWorker || !role.is_mobile_default)
        };
        let Some(role) = found.first().filter(|role| fits(role)) else {
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

impl<T: Copy + PartialEq> Change<'_, T> {
    /// What is in one list and not in the other.
    fn difference(&self) -> Vec<T> {
        let added = self.after.iter().filter(|id| !self.before.contains(id));
        let removed = self.before.iter().filter(|id| !self.after.contains(id));
        added.chain(removed).copied().collect()
    }
}

/// What somebody would be given, for the policy.
pub(super) fn proposed(assignment: &Assignment) -> Attributes {
    Attributes::new()
        .with("is_admin", assignment.role.is_admin())
        .with("role_id", assignment.role.role().map(|id| id.hex()))
        .with("location_ids", assignment.locations.iter().map(|id| id.hex()).collect::<Vec<_>>())
        .with("primary_location_id", assignment.primary_location.map(|id| id.hex()))
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
