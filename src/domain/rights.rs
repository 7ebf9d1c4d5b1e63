//! What an account holds in a project space, compared with what a caller holds there. Source: DESIGN §1 ("Giving, taking,
//! becoming").

use super::permission::Grants;
use super::{LocationId, Member, MobileWorker, Standing};

/// What an account holds in a project space.
#[derive(Debug, Clone, Copy)]
pub struct Rights<'a> {
    /// Whether it is an admin, who holds everything.
    pub is_admin: bool,
    /// The permissions of its role. `None` for a mobile worker with the space's default role: every caller who may add
    /// workers gives that role, so it is never more than the caller holds.
    pub grants: Option<&'a Grants>,
    /// Its assigned locations. It reaches these and everything below, or all with the permission for that.
    pub locations: &'a [LocationId],
}

impl<'a> Rights<'a> {
    /// The permissions that the account holds and the caller does not.
    pub fn beyond(&self, caller: &Standing) -> Vec<&'a str> {
        match self.grants {
            Some(grants) if !caller.is_admin => caller.grants.lacking(grants).collect(),
            _ => Vec::new(),
        }
    }
}

/// The role that a mobile worker has, be it the space's default.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRole {
    /// What it grants.
    pub grants: Grants,
    /// Whether it is the space's default for mobile workers.
    pub is_default: bool,
}

impl MobileWorker {
    /// What the worker holds. A mobile worker is never an admin (reference §1.7).
    pub fn rights(&self) -> Rights<'_> {
        let grants = (!self.role.is_default).then_some(&self.role.grants);
        Rights { is_admin: false, grants, locations: &self.profile.locations }
    }
}

impl Member {
    /// What the member holds.
    pub fn rights(&self) -> Rights<'_> {
        Rights {
            is_admin: self.assignment.role.is_admin(),
            grants: Some(&self.grants),
            locations: &self.assignment.locations,
        }
    }
}
