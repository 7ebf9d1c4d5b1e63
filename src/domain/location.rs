//! Locations: a tree whose levels are location types. Source: reference commcare-users §6.

use super::mobile_worker::{USER_DATA_BYTES_MAX, USER_DATA_ENTRIES_MAX, check_entry};
use super::person::filled_line;
use super::project_space::text_of;
use super::{FaultCode, Faults, LocationId, LocationTypeId, Patch, ProjectSpaceId};
use serde_json::{Map, Value as Json};
use std::fmt;

/// Longest name of a location or location type, in characters (reference §6.1).
pub const NAME_MAX: usize = 255;
/// Longest site code or type code, in characters (reference §6.1 for types).
pub const CODE_MAX: usize = 50;
/// How deep a tree may be: the lineage of every location is kept, so that reach is one look-up.
pub const DEPTH_MAX: usize = 20;

/// A level of the tree: state, district, clinic.
#[derive(Debug, Clone, PartialEq)]
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
    /// What the level means.
    pub flags: LevelFlags,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

/// What a level means (reference §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelFlags {
    /// Its places own cases: who is assigned to one shares them.
    pub shares_cases: bool,
    /// Who is assigned to one of its places sees the data of those below.
    pub view_descendants: bool,
    /// People may be assigned to its places.
    pub has_users: bool,
    /// Its places have no stock: they are there for the order alone.
    pub administrative: bool,
}

impl Default for LevelFlags {
    fn default() -> Self {
        Self { shares_cases: false, view_descendants: false, has_users: true, administrative: false }
    }
}

/// The same as they were sent: what is left out stays, or is as usual for a new level.
#[derive(Debug, Clone, Copy, Default)]
pub struct LevelFlagsInput {
    /// Its places own cases.
    pub shares_cases: Option<bool>,
    /// Who is assigned to one of its places sees the data of those below.
    pub view_descendants: Option<bool>,
    /// People may be assigned to its places.
    pub has_users: Option<bool>,
    /// Its places have no stock.
    pub administrative: Option<bool>,
}

impl LevelFlagsInput {
    /// The flags as they would be.
    pub fn applied(self, before: LevelFlags) -> LevelFlags {
        LevelFlags {
            shares_cases: self.shares_cases.unwrap_or(before.shares_cases),
            view_descendants: self.view_descendants.unwrap_or(before.view_descendants),
            has_users: self.has_users.unwrap_or(before.has_users),
            administrative: self.administrative.unwrap_or(before.administrative),
        }
    }
}

/// A place in the tree.
#[derive(Debug, Clone, PartialEq)]
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
    /// Whether people may be assigned to it: its level says so.
    pub has_users: bool,
    /// The place above; nothing at the top.
    pub parent: Option<LocationId>,
    /// Itself and every place above it: the reach of everybody who is assigned to one of these includes it.
    pub lineage: Vec<LocationId>,
    /// Where it is on earth.
    pub coordinates: Option<Coordinates>,
    /// The project's own data about it.
    pub metadata: Map<String, Json>,
    /// Archived places take nobody new.
    pub is_archived: bool,
    /// The place whose archiving took this one along.
    pub archived_with: Option<LocationId>,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

/// Degrees on WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coordinates {
    /// -90 to 90, north.
    pub latitude: f64,
    /// -180 to 180, east.
    pub longitude: f64,
}

impl Coordinates {
    /// A point on earth.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
            .then_some(Self { latitude, longitude })
    }
}

/// Which places of a project space. All given conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LocationFilter {
    /// Words that all appear in name or site code.
    pub search: Option<String>,
    /// Right below this place; the inner nothing: at the top.
    pub parent: Option<Option<LocationId>>,
    /// Of any of these levels.
    pub types: Option<Vec<LocationTypeId>>,
    /// The archived ones too.
    pub include_archived: bool,
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
    /// What the level means.
    pub flags: LevelFlagsInput,
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
    /// What the level means.
    pub flags: LevelFlags,
}

/// Changes of a location type as they were sent: what is left out stays.
#[derive(Debug, Default)]
pub struct LocationTypeChange {
    /// For people.
    pub name: Patch<String>,
    /// A slug.
    pub code: Patch<String>,
    /// Id of the level above; none makes it a top level.
    pub parent: Patch<String>,
    /// What the level means.
    pub flags: LevelFlagsInput,
}

impl LocationTypeChange {
    /// The type as it would be, and all that was wrong.
    pub fn draft(&self, before: &LocationType) -> (LocationType, Faults) {
        let mut faults = Faults::new();
        let mut after = before.clone();
        changed_name(&self.name, &mut after.name, &mut faults);
        match &self.code {
            Patch::Keep => {}
            Patch::Clear => faults.add(FaultCode::Required, &["code"], "`code` must not be empty"),
            Patch::Set(text) => {
                let code = faults.take(FaultCode::InvalidValue, &["code"], SiteCode::parse(text));
                after.code = code.map(|code| code.to_string()).unwrap_or_default();
            }
        }
        match &self.parent {
            Patch::Keep => {}
            Patch::Clear => after.parent = None,
            Patch::Set(id) => {
                after.parent =
                    faults.take(FaultCode::InvalidValue, &["parent_id"], LocationTypeId::parse(id));
            }
        }
        after.flags = self.flags.applied(before.flags);
        (after, faults)
    }
}

fn changed_name(patch: &Patch<String>, target: &mut String, faults: &mut Faults) {
    match patch {
        Patch::Keep => {}
        Patch::Clear => faults.add(FaultCode::Required, &["name"], "`name` must not be empty"),
        Patch::Set(text) => {
            if let Some(name) = text_of(faults, "name", filled_line(text, NAME_MAX)) {
                *target = name;
            }
        }
    }
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
            (Some(name), Some(code)) if faults.is_empty() => {
                Ok(NewLocationType { name, code, parent, flags: self.flags.applied(LevelFlags::default()) })
            }
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
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The project's own data about it.
    pub metadata: Option<Json>,
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
    /// Where it is on earth.
    pub coordinates: Option<Coordinates>,
    /// The project's own data about it.
    pub metadata: Map<String, Json>,
}

/// Changes of a location as they were sent: what is left out stays.
#[derive(Debug, Default)]
pub struct LocationChange {
    /// Unique among its siblings.
    pub name: Patch<String>,
    /// Unique in the project space.
    pub site_code: Patch<String>,
    /// Id of its level.
    pub location_type: Patch<String>,
    /// Id of the place above; none moves it to the top.
    pub parent: Patch<String>,
    /// Degrees north.
    pub latitude: Patch<f64>,
    /// Degrees east.
    pub longitude: Patch<f64>,
    /// Replaces the project's own data about it.
    pub metadata: Patch<Json>,
}

impl LocationChange {
    /// The location as it would be, and all that was wrong.
    pub fn draft(&self, before: &Location) -> (Location, Faults) {
        let mut faults = Faults::new();
        let mut after = before.clone();
        changed_name(&self.name, &mut after.name, &mut faults);
        match &self.site_code {
            Patch::Keep => {}
            Patch::Clear => faults.add(FaultCode::Required, &["site_code"], "`site_code` must not be empty"),
            Patch::Set(text) => {
                let code = faults.take(FaultCode::InvalidValue, &["site_code"], SiteCode::parse(text));
                after.site_code = code.unwrap_or(after.site_code);
            }
        }
        match &self.location_type {
            Patch::Keep => {}
            Patch::Clear => faults.add(FaultCode::Required, &["type_id"], "`type_id` must not be empty"),
            Patch::Set(id) => {
                let level = faults.take(FaultCode::InvalidValue, &["type_id"], LocationTypeId::parse(id));
                after.location_type = level.unwrap_or(after.location_type);
            }
        }
        match &self.parent {
            Patch::Keep => {}
            Patch::Clear => after.parent = None,
            Patch::Set(id) => {
                let parent = faults.take(FaultCode::InvalidValue, &["parent_id"], LocationId::parse(id));
                after.parent = parent.or(after.parent);
            }
        }
        let degrees = |patch: &Patch<f64>, before: Option<f64>| match patch {
            Patch::Keep => before,
            Patch::Clear => None,
            Patch::Set(degrees) => Some(*degrees),
        };
        let latitude = degrees(&self.latitude, before.coordinates.map(|at| at.latitude));
        let longitude = degrees(&self.longitude, before.coordinates.map(|at| at.longitude));
        after.coordinates = coordinates_of(latitude, longitude, &mut faults);
        match &self.metadata {
            Patch::Keep => {}
            Patch::Clear => after.metadata.clear(),
            Patch::Set(data) => after.metadata = data_of("metadata", data, &mut faults),
        }
        (after, faults)
    }
}

fn coordinates_of(latitude: Option<f64>, longitude: Option<f64>, faults: &mut Faults) -> Option<Coordinates> {
    let (latitude, longitude) = match (latitude, longitude) {
        (None, None) => return None,
        (Some(latitude), Some(longitude)) => (latitude, longitude),
        (None, Some(_)) => {
            faults.add(FaultCode::Required, &["latitude"], "give both latitude and longitude, or neither");
            return None;
        }
        (Some(_), None) => {
            faults.add(FaultCode::Required, &["longitude"], "give both latitude and longitude, or neither");
            return None;
        }
    };
    let point = Coordinates::new(latitude, longitude);
    if point.is_none() {
        for (field, degrees, most) in [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)] {
            if !(-most..=most).contains(&degrees) {
                let message = format!("`{field}` must be from -{most} to {most}");
                faults.add(FaultCode::InvalidValue, &[field], message);
            }
        }
    }
    point
}

/// A project's own data about one of its things: an object of single values.
pub(super) fn data_of(field: &str, data: &Json, faults: &mut Faults) -> Map<String, Json> {
    let Json::Object(data) = data else {
        faults.add(FaultCode::InvalidValue, &[field], format!("`{field}` must be an object"));
        return Map::new();
    };
    if data.len() > USER_DATA_ENTRIES_MAX {
        faults.add(FaultCode::TooLong, &[field], format!("at most {USER_DATA_ENTRIES_MAX} entries"));
    } else if Json::Object(data.clone()).to_string().len() > USER_DATA_BYTES_MAX {
        faults.add(FaultCode::TooLong, &[field], format!("at most {USER_DATA_BYTES_MAX} bytes of JSON"));
    } else {
        data.iter().for_each(|(key, value)| check_entry(field, key, value, faults));
    }
    data.clone()
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
        let coordinates = coordinates_of(self.latitude, self.longitude, &mut faults);
        let metadata = match &self.metadata {
            None => Map::new(),
            Some(data) => data_of("metadata", data, &mut faults),
        };
        match (name, site_code, location_type) {
            (Some(name), Some(site_code), Some(location_type)) if faults.is_empty() => Ok(NewLocation {
                name,
                location_type,
                parent,
                site_code,
                generated_code: self.site_code.is_none(),
                coordinates,
                metadata,
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
