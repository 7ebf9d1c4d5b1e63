//! Locations: a tree whose levels are location types. Source: reference commcare-users §6.

use super::location_type::{changed_name, code_of};
use super::person::filled_line;
use super::project_space::text_of;
use super::user_data::data_of;
use super::{FaultCode, Faults, LocationId, LocationTypeId, Patch, ProjectSpaceId, SiteCode};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

/// Longest name of a location or location type, in characters (reference §6.1).
pub const NAME_MAX: usize = 255;
/// How deep a tree may be: the lineage of every location is kept, so that reach is one look-up.
pub const DEPTH_MAX: usize = 20;

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
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
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
