//! What people are given in a project space, as it was sent: a role or Admin, and locations with a primary one among
//! them. Source: reference commcare-users §1.8, §6.2.

use super::{FaultCode, Faults, InvalidId, LocationId, Patch, RoleId};

/// Most groups or locations of one person.
pub const ASSIGNMENTS_MAX: usize = 200;

/// What a web user is in a project space: CommCare's "qualified role".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QualifiedRole {
    /// Holds every permission.
    Admin,
    /// Holds what the role grants.
    Role(RoleId),
    /// Holds nothing: the role they had is gone.
    None,
}

impl QualifiedRole {
    /// The role, unless it is Admin or none.
    pub fn role(self) -> Option<RoleId> {
        match self {
            Self::Role(id) => Some(id),
            Self::Admin | Self::None => None,
        }
    }

    /// Whether it is Admin.
    pub fn is_admin(self) -> bool {
        self == Self::Admin
    }
}

/// What a web user is given in a project space, by an invitation or as a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The role, or Admin.
    pub role: QualifiedRole,
    /// In the order they were given.
    pub locations: Vec<LocationId>,
    /// One of the locations.
    pub primary_location: Option<LocationId>,
}

impl Assignment {
    /// An admin, at no location.
    pub fn admin() -> Self {
        Self { role: QualifiedRole::Admin, locations: Vec::new(), primary_location: None }
    }
}

/// The same as it was sent, by whatever channel.
#[derive(Debug, Default)]
pub struct AssignmentInput {
    /// Whether it is Admin; then there is no role.
    pub admin: Option<bool>,
    /// A role's id.
    pub role: Patch<String>,
    /// Replaces all locations.
    pub locations: Patch<Vec<String>>,
    /// One of the locations.
    pub primary_location: Patch<String>,
    /// What the channel could not even read: reported together with everything else.
    pub unreadable: Faults,
}

impl AssignmentInput {
    /// What somebody new is given, and all that was wrong. Neither a role nor a word about Admin means Admin, as the
    /// product page has it (seed 001).
    pub fn draft_new(&self) -> (Assignment, Faults) {
        let admin = Assignment { role: QualifiedRole::Admin, locations: Vec::new(), primary_location: None };
        self.draft(&admin)
    }

    /// Applies the input to what somebody has, and collects what is wrong. What is left out stays.
    pub fn draft(&self, before: &Assignment) -> (Assignment, Faults) {
        let mut faults = self.unreadable.clone();
        let mut after = before.clone();
        after.role = self.draft_role(before.role, &mut faults);
        ids(&mut faults, "location_ids", &self.locations, &mut after.locations, LocationId::parse);
        primary_location(
            &mut faults,
            (&self.locations, &self.primary_location),
            &after.locations,
            &mut after.primary_location,
        );
        (after, faults)
    }

    fn draft_role(&self, before: QualifiedRole, faults: &mut Faults) -> QualifiedRole {
        match (&self.role, self.admin) {
            (Patch::Set(_), Some(true)) => {
                faults.add(FaultCode::InvalidValue, &["admin"], "give a role or make an admin, not both");
                QualifiedRole::None
            }
            (Patch::Set(id), _) => faults
                .take(FaultCode::InvalidValue, &["role_id"], RoleId::parse(id))
                .map_or(QualifiedRole::None, QualifiedRole::Role),
            (Patch::Keep | Patch::Clear, Some(true)) => QualifiedRole::Admin,
            (Patch::Keep, None) => before,
            (Patch::Keep, Some(false)) if before.role().is_some() => before,
            // The channel has said already what is wrong with it.
            _ if self.unreadable.concern("role_id") => QualifiedRole::None,
            // A web user always has a role (reference §1.8).
            (Patch::Keep | Patch::Clear, _) => {
                faults.add(FaultCode::Required, &["role_id"], "choose a role");
                QualifiedRole::None
            }
        }
    }
}

/// Reads a list of ids that replaces another, each of them once.
pub(super) fn ids<T: PartialEq>(
    faults: &mut Faults,
    field: &str,
    patch: &Patch<Vec<String>>,
    target: &mut Vec<T>,
    parse: fn(&str) -> Result<T, InvalidId>,
) {
    match patch {
        Patch::Keep => {}
        Patch::Clear => target.clear(),
        Patch::Set(given) => {
            target.clear();
            if given.len() > ASSIGNMENTS_MAX {
                faults.add(FaultCode::TooLong, &[field], format!("at most {ASSIGNMENTS_MAX} ids"));
                return;
            }
            for (index, id) in given.iter().enumerate() {
                let path = [field, &index.to_string()];
                match faults.take(FaultCode::InvalidValue, &path, parse(id)) {
                    Some(id) if !target.contains(&id) => target.push(id),
                    _ => {}
                }
            }
        }
    }
}

/// A new list without a word about the primary one keeps the old primary if it is still there, and takes the first
/// otherwise, as CommCare does (reference §6.2).
pub(super) fn primary_location(
    faults: &mut Faults,
    (list, primary): (&Patch<Vec<String>>, &Patch<String>),
    locations: &[LocationId],
    target: &mut Option<LocationId>,
) {
    match primary {
        // Neither is spoken of: one that was cleared stays cleared.
        Patch::Keep if *list == Patch::Keep => {}
        Patch::Keep => {
            if target.is_none_or(|primary| !locations.contains(&primary)) {
                *target = locations.first().copied();
            }
        }
        Patch::Clear => *target = None,
        Patch::Set(id) => {
            let path = ["primary_location_id"];
            let Some(primary) = faults.take(FaultCode::InvalidValue, &path, LocationId::parse(id)) else {
                return;
            };
            if !locations.contains(&primary) {
                let message = "the primary location must be one of the locations";
                faults.add(FaultCode::PrimaryLocationNotAssigned, &path, message);
            }
            *target = Some(primary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(faults: Faults) -> Vec<FaultCode> {
        faults.into_iter().map(|fault| fault.code).collect()
    }

    fn with(role: Patch<String>, admin: Option<bool>) -> AssignmentInput {
        AssignmentInput { admin, role, ..AssignmentInput::default() }
    }

    fn nurse() -> (RoleId, Patch<String>) {
        let id = RoleId(uuid::Uuid::from_u128(7));
        (id, Patch::Set(id.to_string()))
    }

    #[test]
    fn somebody_new_becomes_admin_unless_something_else_is_said() {
        let (id, role) = nurse();
        for (given, expected) in [
            (with(Patch::Keep, None), QualifiedRole::Admin),
            (with(Patch::Keep, Some(true)), QualifiedRole::Admin),
            (with(role.clone(), None), QualifiedRole::Role(id)),
            (with(role, Some(false)), QualifiedRole::Role(id)),
        ] {
            let (assignment, faults) = given.draft_new();
            assert_eq!((assignment.role, codes(faults)), (expected, Vec::new()));
        }
    }

    #[test]
    fn a_role_is_required_of_who_is_to_be_no_admin() {
        let (_, role) = nurse();
        for (given, expected) in [
            (with(Patch::Keep, Some(false)), FaultCode::Required),
            (with(Patch::Clear, None), FaultCode::Required),
            (with(role, Some(true)), FaultCode::InvalidValue),
            (with(Patch::Set("nonsense".to_owned()), None), FaultCode::InvalidValue),
        ] {
            let (assignment, faults) = given.draft_new();
            assert_eq!((assignment.role, codes(faults)), (QualifiedRole::None, vec![expected]));
        }
    }

    #[test]
    fn what_is_left_out_stays() {
        let (id, _) = nurse();
        let here = LocationId(uuid::Uuid::from_u128(1));
        let before =
            Assignment { role: QualifiedRole::Role(id), locations: vec![here], primary_location: Some(here) };
        for admin in [None, Some(false)] {
            let (after, faults) = with(Patch::Keep, admin).draft(&before);
            assert_eq!((after, codes(faults)), (before.clone(), Vec::new()));
        }
        let moved = AssignmentInput { locations: Patch::Clear, ..AssignmentInput::default() };
        assert_eq!(moved.draft(&before).0.primary_location, None);
    }
}
