//! Groups: flat sets of mobile workers. Source: reference commcare-users §7.

use super::person::filled_line;
use super::project_space::text_of;
use super::{Faults, GroupId, ProjectSpaceId};

/// Longest name of a group, in characters.
pub const NAME_MAX: usize = 128;

/// A group.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The project space it belongs to.
    pub project_space: ProjectSpaceId,
    /// Unique in the project space.
    pub name: String,
    /// Its members own each other's cases.
    pub case_sharing: bool,
    /// It shows in reports.
    pub reporting: bool,
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

impl GroupInput {
    /// The name, tidied.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self) -> Result<String, Faults> {
        let mut faults = Faults::new();
        text_of(&mut faults, "name", filled_line(&self.name, NAME_MAX)).ok_or(faults)
    }
}
