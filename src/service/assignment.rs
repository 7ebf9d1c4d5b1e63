//! What people are given: groups, locations, a role or Admin. Each must be within what the caller may assign, whoever is
//! given it and through whichever door. What the caller already finds on somebody may stay, whoever put it there.

use super::host_rule::list;
use super::{Failure, Services, location};
use crate::authz::{AssignGroup, AssignLocation, AssignRole, Attributes, Opened, ReadRole, Visible};
use crate::domain::{
    Assignment, AssignmentInput, FaultCode, Faults, GroupId, LocationId, MobileWorkerInput,
    MobileWorkerProfile, Patch, Principal, ProjectSpaceId, QualifiedRole, Rights, Role, RoleId, UserKind,
};

/// Somebody who assigns, in a project space.
pub(super) struct Assigner<'a> {
    pub services: &'a Services,
    pub principal: &'a Principal,
    pub space: ProjectSpaceId,
}

/// A list of ids as it was and as it would be; and as it was sent, where the faults are: it may name a thing twice, or
/// nonsense beside it.
struct Change<'a, T> {
    before: &'a [T],
    after: &'a [T],
    given: &'a Patch<Vec<String>>,
}

/// Somebody's locations with the primary one among them: as they were, as they would be, and as they were sent.
struct Places<'a> {
    before: (&'a [LocationId], Option<LocationId>),
    after: (&'a mut Vec<LocationId>, &'a mut Option<LocationId>),
    given: (&'a Patch<Vec<String>>, &'a Patch<String>),
}

impl Assigner<'_> {
    /// Notes a fault for everything that a worker would be given or lose and that is not the caller's to assign.
    pub(super) async fn check_worker(
        &self,
        opened: &impl Opened,
        before: &MobileWorkerProfile,
        after: &mut MobileWorkerProfile,
        input: &MobileWorkerInput,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let groups = Change { before: &before.groups, after: &after.groups, given: &input.groups };
        self.check_groups(&groups, faults).await?;
        let places = Places {
            before: (&before.locations, before.primary_location),
            after: (&mut after.locations, &mut after.primary_location),
            given: (&input.locations, &input.primary_location),
        };
        self.check_locations(opened, places, faults).await?;
        match after.role {
            Some(role) if before.role != after.role => {
                self.check_role(role, UserKind::MobileWorker, "role_id", faults).await
            }
            _ => Ok(()),
        }
    }

    /// Notes a fault for everything that a web user would be given or lose and that is not the caller's to assign.
    /// `before` is `None` for a new web user.
    pub(super) async fn check_web_user(
        &self,
        opened: &impl Opened,
        before: Option<&Assignment>,
        after: &mut Assignment,
        input: &AssignmentInput,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let places = Places {
            before: before.map_or((&[], None), |before| (&before.locations, before.primary_location)),
            after: (&mut after.locations, &mut after.primary_location),
            given: (&input.locations, &input.primary_location),
        };
        self.check_locations(opened, places, faults).await?;
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
            QualifiedRole::Role(role) => self.check_role(role, UserKind::WebUser, "role_id", faults).await,
            QualifiedRole::Admin | QualifiedRole::None => Ok(()),
        }
    }

    /// Returns what is not the caller's to give, of an account or invitation that gets all its rights again: restored,
    /// activated or sent once more.
    pub(super) async fn check_given_again(
        &self,
        opened: &impl Opened,
        rights: Rights<'_>,
        role: Option<RoleId>,
    ) -> Result<Faults, Failure> {
        let mut faults = Faults::new();
        let Some(caller) = self.principal.standing_in(self.space).filter(|caller| !caller.is_admin) else {
            return Ok(faults);
        };
        if rights.is_admin {
            let message = "only an admin of the project space makes another user an admin";
            return Ok(Faults::one(FaultCode::AdminOnly, &["id"], message));
        }
        if let Some(role) = role {
            // The role itself, not the right to give it as the policy knows it: the account has it already.
            match self.role(role).await? {
                Some(role) => self.check_grants(&role, "id", &mut faults),
                None => faults.add(
                    FaultCode::RoleNotAssignable,
                    &["id"],
                    "its role is not one that you may give: ask an admin",
                ),
            }
        }
        if !caller.reaches_everything() {
            let store = &self.services.store;
            let outside = store.locations_outside(opened, &caller.locations, rights.locations).await?;
            if !outside.is_empty() {
                let message = "it belongs to a location outside of yours: ask a user who reaches all of them";
                faults.add(FaultCode::LocationOutOfReach, &["id"], message);
            }
        }
        Ok(faults)
    }

    /// The role, if the caller may give or see it.
    async fn role(&self, id: RoleId) -> Result<Option<Visible<Role>>, Failure> {
        let scope = self.services.authorizer.scope::<ReadRole>(self.principal, self.space).await?;
        Ok(self.services.store.roles_with_ids(&scope, &[id]).await?.pop())
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

    /// Of a list that replaces another, what the caller cannot see stays: they replace what they were shown. Of the rest,
    /// everything that is added or taken away must be theirs to assign (reference §6.3).
    async fn check_locations(
        &self,
        opened: &impl Opened,
        places: Places<'_>,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let (before, primary_before) = places.before;
        let (after, primary) = places.after;
        let (given, given_primary) = places.given;
        let changed = Change { before, after, given }.difference();
        if changed.is_empty() && (primary_before.is_none() || primary.is_some()) {
            return Ok(());
        }
        let mut concerned = before.to_vec();
        concerned.extend(after.iter().filter(|id| !before.contains(id)));
        let seen = location::seen(self.services, self.principal, self.space, &concerned).await?;
        let unseen = |id: &&LocationId| !seen.contains(id);
        let kept: Vec<LocationId> =
            before.iter().filter(|id| !after.contains(id)).filter(unseen).copied().collect();
        let scope = self.services.authorizer.scope::<AssignLocation>(self.principal, self.space).await?;
        let found = self.services.store.locations_with_ids(&scope, &changed).await?;
        let beyond = self.beyond_reach(opened, before, after).await?;
        for id in changed.iter().filter(|id| !kept.contains(id)) {
            let is_it = |text: &String| LocationId::parse(text).as_ref() == Ok(id);
            let mut fault = |code, message: String| note(faults, code, "location_ids", given, is_it, message);
            match found.iter().find(|location| location.id == *id).filter(|_| !beyond.contains(id)) {
                None => {
                    let message = format!("there is no location `{id}` within your reach");
                    fault(FaultCode::LocationOutOfReach, message);
                }
                // No policy can have anybody put where nobody can be. Who is there may leave.
                Some(place) if after.contains(id) && (place.is_archived || !place.has_users) => {
                    let why = if place.is_archived { "is archived" } else { "is of a level without people" };
                    fault(FaultCode::LocationTakesNobody, format!("`{}` {why}", place.name));
                }
                Some(_) => {}
            }
        }
        // Somebody limited to locations would take people out of their own sight, past the right to delete them.
        let was_seen = before.iter().any(|id| seen.contains(id));
        if was_seen
            && !after.is_empty()
            && after.iter().all(|id| unseen(&id))
            && !faults.concern("location_ids")
        {
            let message = "leave them at one of your locations";
            faults.add(FaultCode::LocationOutOfReach, &["location_ids"], message);
        }
        // So does the primary one, unless another takes its place.
        if let Some(unseen) = primary_before.filter(|id| !seen.contains(id))
            && given_primary.as_set().is_none_or(String::is_empty)
        {
            *primary = Some(unseen);
        }
        after.extend(kept);
        Ok(())
    }

    /// The added locations that the caller does not reach: no policy can have a reach given that the caller does not hold.
    async fn beyond_reach(
        &self,
        opened: &impl Opened,
        before: &[LocationId],
        after: &[LocationId],
    ) -> Result<Vec<LocationId>, Failure> {
        let Some(caller) =
            self.principal.standing_in(self.space).filter(|caller| !caller.reaches_everything())
        else {
            return Ok(Vec::new());
        };
        let added: Vec<LocationId> = after.iter().filter(|id| !before.contains(id)).copied().collect();
        Ok(self.services.store.locations_outside(opened, &caller.locations, &added).await?)
    }

    async fn check_role(
        &self,
        role: RoleId,
        recipient: UserKind,
        path: &str,
        faults: &mut Faults,
    ) -> Result<(), Failure> {
        let scope = self.services.authorizer.scope::<AssignRole>(self.principal, self.space).await?;
        let found = self.services.store.roles_with_ids(&scope, &[role]).await?;
        let Some(role) = found.first().filter(|role| fits(role, recipient)) else {
            let message = format!("there is no role `{role}` that you may assign");
            faults.add(FaultCode::RoleNotAssignable, &[path], message);
            return Ok(());
        };
        self.check_grants(role, path, faults);
        Ok(())
    }

    /// Whether this role may be given to this kind of user, as far as no policy has a say.
    pub(super) fn may_give(&self, role: &Role, recipient: UserKind) -> bool {
        let mut faults = Faults::new();
        self.check_grants(role, "role_id", &mut faults);
        fits(role, recipient) && faults.is_empty()
    }

    /// Notes a fault for a role that grants more than the caller holds, unless its "assignable by" names the caller's role.
    pub(super) fn check_grants(&self, role: &Role, path: &str, faults: &mut Faults) {
        // A worker without a role has the mobile default anyway, so giving it grants nothing.
        if !role.is_mobile_default
            && let Some(standing) = self.principal.standing_in(self.space)
            && let lacking = role.beyond(standing)
            && !lacking.is_empty()
        {
            let message = format!("the role grants what you do not hold: {}", list(&lacking));
            faults.add(FaultCode::GrantNotHeld, &[path], message);
        }
    }
}

/// Whether a role is one for this kind of user. No policy can have an archived role given, nor the workers' default to a web
/// user (reference §1.8).
fn fits(role: &Role, recipient: UserKind) -> bool {
    !role.is_archived && (recipient == UserKind::MobileWorker || !role.is_mobile_default)
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
