//! User profiles: named sets of fixed values. Source: reference commcare-users §4.8.

use super::person::{filled_line, line};
use super::user_data::{is_blank, text_of};
use super::user_fields::{SLUG_MAX, VALUE_MAX};
use super::{FaultCode, Faults, ProjectSpaceId, UserFieldDefinition, UserProfileId};
use serde_json::{Map, Value as Json};
use std::collections::HashSet;

/// Longest name of a profile, in characters.
pub const PROFILE_NAME_MAX: usize = 126;
/// Most profiles of one project space.
pub const PROFILES_MAX: usize = 200;

/// A named set of fixed values.
#[derive(Debug, Clone, PartialEq)]
pub struct UserProfile {
    /// Its id.
    pub id: UserProfileId,
    /// The project space it belongs to.
    pub project_space: ProjectSpaceId,
    /// Unique in the project space, whatever the case.
    pub name: String,
    /// Field by field, what everybody with the profile has.
    pub fixed_data: Map<String, Json>,
}

/// A profile as it was sent.
#[derive(Debug, Clone, Default)]
pub struct UserProfileInput {
    /// The profile that this changes; a new one when left out.
    pub id: Option<String>,
    /// Unique in the project space.
    pub name: String,
    /// Field by field, what everybody with the profile has.
    pub fixed_data: Json,
}

/// A profile as it is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftedProfile {
    /// The one that this changes; nothing for a new one.
    pub id: Option<UserProfileId>,
    /// Its name.
    pub name: String,
    /// What it fixes.
    pub fixed_data: Map<String, Json>,
}

/// The profiles as they would be, with a fault for everything that is wrong.
pub(super) fn drafted(
    given: &[UserProfileInput],
    definition: &UserFieldDefinition,
    before: &[UserProfile],
    faults: &mut Faults,
) -> Vec<DraftedProfile> {
    if given.len() > PROFILES_MAX {
        faults.add(FaultCode::TooLong, &["profiles"], format!("at most {PROFILES_MAX} profiles"));
        return Vec::new();
    }
    let (mut names, mut ids) = (HashSet::new(), HashSet::new());
    let mut drafted = Vec::new();
    for (index, input) in given.iter().enumerate() {
        let index = index.to_string();
        let at = |name| ["profiles", index.as_str(), name];
        let id = input.id.as_deref().and_then(|id| {
            let id = faults.take(FaultCode::InvalidValue, &at("id"), UserProfileId::parse(id))?;
            if !before.iter().any(|profile| profile.id == id) {
                faults.add(FaultCode::InvalidValue, &at("id"), format!("there is no profile `{id}`"));
            } else if !ids.insert(id) {
                faults.add(FaultCode::InvalidValue, &at("id"), format!("`{id}` is given twice"));
            }
            Some(id)
        });
        let name = match filled_line(&input.name, PROFILE_NAME_MAX) {
            Ok(name) => name,
            Err(error) => {
                faults.add(error.code(), &at("name"), format!("`name` {error}"));
                String::new()
            }
        };
        if !name.is_empty() && !names.insert(name.to_lowercase()) {
            faults.add(FaultCode::NameTaken, &at("name"), format!("a profile named `{name}` is given twice"));
        }
        let fixed_data = match &input.fixed_data {
            Json::Object(data) => {
                fits(data, definition, &at("fixedData"), &name, faults);
                data.clone()
            }
            _ => {
                faults.add(FaultCode::InvalidValue, &at("fixedData"), "`fixedData` must be an object");
                Map::new()
            }
        };
        drafted.push(DraftedProfile { id, name, fixed_data });
    }
    drafted
}

/// Notes a fault for everything that a profile may not fix so.
pub(super) fn fits(
    fixed: &Map<String, Json>,
    definition: &UserFieldDefinition,
    path: &[&str],
    profile: &str,
    faults: &mut Faults,
) {
    for (slug, value) in fixed {
        let mut at = path.to_vec();
        at.push(slug);
        let shown: String = slug.chars().take(SLUG_MAX).collect();
        let Some(field) = definition.field(slug) else {
            let message = format!("the profile `{profile}` fixes `{shown}`, which is not a field");
            faults.add(FaultCode::InvalidValue, &at, message);
            continue;
        };
        let told = |why: String| format!("the profile `{profile}` fixes `{shown}`: {why}");
        if value.is_array() || value.is_object() {
            let why = "must be a text, a number or a truth value";
            faults.add(FaultCode::InvalidValue, &at, told(why.to_owned()));
        } else if is_blank(value) {
            faults.add(FaultCode::Required, &at, told("give a value, or leave it out".to_owned()));
        } else if let Err(error) = line(&text_of(value), VALUE_MAX) {
            faults.add(error.code(), &at, told(error.to_string()));
        } else if let Err(why) = field.allows(value) {
            faults.add(FaultCode::InvalidValue, &at, told(why));
        }
    }
}
