//! What web users are given, in the words of these scripts: a role's name, or `Admin`, and locations.

use super::call::{Field, Takes};
use super::fields::Fields;
use crate::domain::{
    Assignment, AssignmentInput, FaultCode, Patch, Principal, ProjectSpaceId, QualifiedRole, RoleId,
};
use crate::service::{Failure, Services, role};
use std::collections::HashMap;

/// What Admins are called, who have no role.
pub const ADMIN: &str = "Admin";

/// What these calls name otherwise than the domain does.
pub const NAMES: &[(&str, &str)] = &[("role_id", "role"), ("location_ids", "assigned_location_ids")];

/// Where somebody works.
pub const LOCATIONS: &[Field] = &[
    Field::new(
        "primary_location_id",
        Takes::Clearable,
        "The id of one of the assigned locations; the first when left out or empty.",
    ),
    Field::new(
        "assigned_location_ids",
        Takes::Texts,
        "The ids of the locations that they will be assigned to, which replace those there are.",
    ),
];

/// Reads what somebody is to be given. A role that is not there, or not the caller's to give, is a fault.
pub async fn assignment(
    services: &Services,
    principal: &Principal,
    here: ProjectSpaceId,
    fields: &mut Fields,
) -> Result<AssignmentInput, Failure> {
    let mut input = AssignmentInput {
        locations: fields.texts("assigned_location_ids"),
        primary_location: match fields.text("primary_location_id") {
            Patch::Set(text) if text.is_empty() => Patch::Keep,
            other => other,
        },
        ..AssignmentInput::default()
    };
    let wanted = match fields.text("role") {
        Patch::Keep => return Ok(input),
        Patch::Clear => String::new(),
        Patch::Set(name) => name,
    };
    // `Admin` is no role, but it is said like one.
    if wanted.trim().eq_ignore_ascii_case(ADMIN) {
        input.admin = Some(true);
    } else if wanted.trim().is_empty() {
        fields.faults.add(FaultCode::Required, &["role_id"], "`role` is required: a role's name, or `Admin`");
    } else if let Some(found) = role::assignable_named(services, principal, here, &wanted).await? {
        input.admin = Some(false);
        input.role = Patch::Set(found.id.to_string());
    } else {
        let shown: String = wanted.chars().take(64).collect();
        let message = format!("there is no role `{shown}` that you may assign");
        fields.faults.add(FaultCode::RoleNotAssignable, &["role_id"], message);
    }
    Ok(input)
}

/// The names of the roles that these are given, as far as the caller may see them.
pub async fn role_names<'a>(
    services: &Services,
    principal: &Principal,
    here: ProjectSpaceId,
    given: impl Iterator<Item = &'a Assignment>,
) -> Result<HashMap<RoleId, String>, Failure> {
    let mut ids: Vec<RoleId> = given.filter_map(|assignment| assignment.role.role()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let roles = role::load(services, principal, here, &ids).await?;
    Ok(roles.iter().map(|role| (role.id, role.name.clone())).collect())
}

/// `Admin`, or the role's name; nothing where there is none that the caller may see.
pub fn role_name(assignment: &Assignment, names: &HashMap<RoleId, String>) -> Option<String> {
    match assignment.role {
        QualifiedRole::Admin => Some(ADMIN.to_owned()),
        QualifiedRole::Role(id) => names.get(&id).cloned(),
        QualifiedRole::None => None,
    }
}
