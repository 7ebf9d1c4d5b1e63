//! Groups: flat sets of mobile workers. Source: reference commcare-users §7.

use super::person::filled_line;
use super::project_space::text_of;
use super::{Faults, GroupId, ProjectSpaceId};

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
    /// Taken away: nobody is in it until it is brought back.
    pub is_deleted: bool,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

/// A group as it was sent.
#[derive(Debug)]
pub struct GroupInput {
    /// Unique in the project space.
    pub name: String,
    /// Its members own each other's cases.
    pub case_sharing: bool,
    /// It shows in reports.
    pub reporting: bool,
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
    /// The name, tidied.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self) -> Result<String, Faults> {
        name_of(&self.name)
    }
}

impl GroupChanges {
    /// The group as it would be.
    ///
    /// # Errors
    /// What is wrong with the name.
    pub fn apply(&self, before: &Group) -> Result<Group, Faults> {
        Ok(Group {
            name: self.name.as_deref().map(name_of).transpose()?.unwrap_or_else(|| before.name.clone()),
            case_sharing: self.case_sharing.unwrap_or(before.case_sharing),
            reporting: self.reporting.unwrap_or(before.reporting),
            ..before.clone()
        })
    }
}

fn name_of(text: &str) -> Result<String, Faults> {
    let mut faults = Faults::new();
    text_of(&mut faults, "name", filled_line(text, NAME_MAX)).ok_or(faults)
}
