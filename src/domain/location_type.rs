//! Location types: the levels of the tree. Source: reference commcare-users §6.1.

use super::location::NAME_MAX;
use super::person::filled_line;
use super::project_space::text_of;
use super::{FaultCode, Faults, LocationTypeId, Patch, ProjectSpaceId, SiteCode};

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

/// A new name, which is never nothing.
pub(super) fn changed_name(patch: &Patch<String>, target: &mut String, faults: &mut Faults) {
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

/// The code that was given, or one made from the name.
pub(super) fn code_of(
    faults: &mut Faults,
    field: &str,
    code: Option<&str>,
    name: Option<&str>,
) -> Option<SiteCode> {
    match code {
        None => name.map(SiteCode::from_name),
        Some(text) => faults.take(FaultCode::InvalidValue, &[field], SiteCode::parse(text)),
    }
}
