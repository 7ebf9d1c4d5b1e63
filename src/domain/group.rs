//! Groups: flat sets of mobile workers. Source: reference commcare-users §7.

use super::person::filled_line;
use super::project_space::text_of;
use super::user_data::data_of;
use super::{Faults, GroupId, ProjectSpaceId};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

/// Longest name of a group, in characters.
pub const NAME_MAX: usize = 128;
/// Most workers that are put into a group, or taken out of it, at once.
pub const MEMBERS_AT_ONCE_MAX: usize = 200;

/// A group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The project space it belongs to.
    pub project_space: ProjectSpaceId,
    /// Unique in the project space. A deleted group keeps it, so that it can be brought back.
    pub name: String,
    /// Its members own each other's cases.
    pub case_sharing: bool,
    /// It shows in reports.
    pub reporting: bool,
    /// The project's own data about it.
    pub metadata: Map<String, Json>,
    /// Taken away: nobody is in it until it is brought back.
    pub is_deleted: bool,
    /// When it was last changed, or who is in it.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

/// A group as it was sent.
#[derive(Debug, Default)]
pub struct GroupInput {
    /// Unique in the project space.
    pub name: String,
    /// Its members own each other's cases.
    pub case_sharing: bool,
    /// It shows in reports.
    pub reporting: bool,
    /// The project's own data about it.
    pub metadata: Option<Json>,
}

/// Changes of a group as they were sent: what is left out stays.
#[derive(Debug, Default)]
pub struct GroupChanges {
    /// Unique in the project space.
    pub name: Option<String>,
    /// Its members own each other's cases.
    pub case_sharing: Option<bool>,
    /// It shows in reports.
    pub reporting: Option<bool>,
    /// Replaces the project's own data about it.
    pub metadata: Option<Json>,
}

/// Which groups of a project space. All given conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct GroupFilter {
    /// Words that all appear in the name.
    pub search: Option<String>,
    /// The deleted ones too.
    pub include_deleted: bool,
}

impl GroupInput {
    /// The name, tidied, and the data.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self) -> Result<(String, Map<String, Json>), Faults> {
        let mut faults = Faults::new();
        let name = text_of(&mut faults, "name", filled_line(&self.name, NAME_MAX));
        let metadata = self.metadata.as_ref().map(|data| data_of("metadata", data, &mut faults));
        faults.check()?;
        Ok((name.unwrap_or_default(), metadata.unwrap_or_default()))
    }
}

impl GroupChanges {
    /// The group as it would be.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn apply(&self, before: &Group) -> Result<Group, Faults> {
        let mut faults = Faults::new();
        let mut after = before.clone();
        if let Some(name) = &self.name
            && let Some(name) = text_of(&mut faults, "name", filled_line(name, NAME_MAX))
        {
            after.name = name;
        }
        after.case_sharing = self.case_sharing.unwrap_or(before.case_sharing);
        after.reporting = self.reporting.unwrap_or(before.reporting);
        if let Some(data) = &self.metadata {
            after.metadata = data_of("metadata", data, &mut faults);
        }
        faults.check()?;
        Ok(after)
    }
}
