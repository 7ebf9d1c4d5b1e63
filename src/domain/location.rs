//! Locations: a tree whose levels are location types. Source: reference commcare-users §6.

use super::person::filled_line;
use super::project_space::text_of;
use super::{FaultCode, Faults, LocationId, LocationTypeId, ProjectSpaceId};
use std::fmt;

/// Longest name of a location or location type, in characters (reference §6.1).
pub const NAME_MAX: usize = 255;
/// Longest site code or type code, in characters (reference §6.1 for types).
pub const CODE_MAX: usize = 50;
/// How deep a tree may be: the lineage of every location is kept, so that reach is one look-up.
pub const DEPTH_MAX: usize = 20;

/// A level of the tree: state, district, clinic.
#[derive(Debug, Clone)]
pub struct LocationType {
    /// Its id.
    pub id: LocationTypeId,
    /// The project space it belongs to.
    pub project_space: ProjectSpaceId,
    /// For people.
    pub name: String,
    /// A slug, unique in the project space.
    pub code: String,
    /// The level above; nothing for a top level.
    pub parent: Option<LocationTypeId>,
}

/// A place in the tree.
#[derive(Debug, Clone)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// The project space it belongs to.
    pub project_space: ProjectSpaceId,
    /// Unique among its siblings.
    pub name: String,
    /// Unique in the project space.
    pub site_code: SiteCode,
    /// Its level.
    pub location_type: LocationTypeId,
    /// The place above; nothing at the top.
    pub parent: Option<LocationId>,
    /// Itself and every place above it: the reach of everybody who is assigned to one of these includes it.
    pub lineage: Vec<LocationId>,
    /// Archived places take nobody new.
    pub is_archived: bool,
}

/// A location's code in URLs and files: lower case letters, digits, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SiteCode(String);

/// A text that is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {CODE_MAX} lower-case letters, digits, `_` or `-`")]
pub struct InvalidCode;

impl SiteCode {
    /// Reads a code, folding its case.
    ///
    /// # Errors
    /// [`InvalidCode`].
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let text = text.trim().to_lowercase();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if (1..=CODE_MAX).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidCode)
        }
    }

    /// A code made from a name: what is not allowed becomes `_`. The store numbers it when it is taken.
    pub fn from_name(name: &str) -> Self {
        let mut code = String::new();
        for c in name.to_lowercase().chars().take(CODE_MAX - 8) {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                code.push(c);
            } else if !code.is_empty() && !code.ends_with('_') {
                code.push('_');
            }
        }
        let code = code.trim_end_matches('_');
        Self(if code.is_empty() { "location".to_owned() } else { code.to_owned() })
    }

    /// The n-th variant of a code that is taken: `clinic2`.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        Self(format!("{}{number}", self.0))
    }

    /// A code that our own database holds.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A location type as it was sent.
#[derive(Debug, Default)]
pub struct LocationTypeInput {
    /// For people.
    pub name: String,
    /// A slug; made from the name when left out.
    pub code: Option<String>,
    /// Id of the level above.
    pub parent: Option<String>,
}

/// The same, checked.
#[derive(Debug)]
pub struct NewLocationType {
    /// For people.
    pub name: String,
    /// A slug.
    pub code: SiteCode,
    /// The level above.
    pub parent: Option<LocationTypeId>,
}

impl LocationTypeInput {
    /// Checks everything at once.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self) -> Result<NewLocationType, Faults> {
        let mut faults = Faults::new();
        let name = text_of(&mut faults, "name", filled_line(&self.name, NAME_MAX));
        let code = code_of(&mut faults, "code", self.code.as_deref(), name.as_deref());
        let parent = self
            .parent
            .as_deref()
            .and_then(|id| faults.take(FaultCode::InvalidValue, &["parent_id"], LocationTypeId::parse(id)));
        match (name, code) {
            (Some(name), Some(code)) if faults.is_empty() => Ok(NewLocationType { name, code, parent }),
            _ => Err(faults),
        }
    }
}

/// A location as it was sent.
#[derive(Debug, Default)]
pub struct LocationInput {
    /// Unique among its siblings.
    pub name: String,
    /// Id of its level.
    pub location_type: String,
    /// Id of the place above.
    pub parent: Option<String>,
    /// Unique in the project space; made from the name when left out.
    pub site_code: Option<String>,
}

/// The same, checked.
#[derive(Debug)]
pub struct NewLocation {
    /// Unique among its siblings.
    pub name: String,
    /// Its level.
    pub location_type: LocationTypeId,
    /// The place above.
    pub parent: Option<LocationId>,
    /// Its code.
    pub site_code: SiteCode,
    /// Whether the code was made from the name, and may be numbered when it is taken.
    pub generated_code: bool,
}

impl LocationInput {
    /// Checks everything at once.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self) -> Result<NewLocation, Faults> {
        let mut faults = Faults::new();
        let name = text_of(&mut faults, "name", filled_line(&self.name, NAME_MAX));
        let site_code = code_of(&mut faults, "site_code", self.site_code.as_deref(), name.as_deref());
        let location_type =
            faults.take(FaultCode::InvalidValue, &["type_id"], LocationTypeId::parse(&self.location_type));
        let parent = self
            .parent
            .as_deref()
            .and_then(|id| faults.take(FaultCode::InvalidValue, &["parent_id"], LocationId::parse(id)));
        match (name, site_code, location_type) {
            (Some(name), Some(site_code), Some(location_type)) if faults.is_empty() => Ok(NewLocation {
                name,
                location_type,
                parent,
                site_code,
                generated_code: self.site_code.is_none(),
            }),
            _ => Err(faults),
        }
    }
}

fn code_of(faults: &mut Faults, field: &str, code: Option<&str>, name: Option<&str>) -> Option<SiteCode> {
    match code {
        None => name.map(SiteCode::from_name),
        Some(text) => faults.take(FaultCode::InvalidValue, &[field], SiteCode::parse(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_made_from_the_name() {
        assert_eq!(SiteCode::from_name("Saint-Louis (Nord)").as_str(), "saint_louis_nord");
        assert_eq!(SiteCode::from_name("村").as_str(), "location");
    }

    proptest! {
        #[test]
        fn a_generated_code_is_a_code(name: String) {
            let code = SiteCode::from_name(&name);
            prop_assert_eq!(SiteCode::parse(code.as_str()), Ok(code));
        }
    }
}
