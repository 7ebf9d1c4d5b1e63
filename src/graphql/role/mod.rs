//! Roles.

mod archive;
mod create;
mod delete;
mod holders;
mod object;
mod unarchive;
mod update;

pub use create::PermissionGrantInput;
pub use holders::RoleHolders;
pub use object::{PermissionGrant, RoleObject};

use crate::authz::Visible;
use crate::domain::Role;
use crate::graphql::error::{Settled, UserError};
use async_graphql::{MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct RoleMutation(
    create::CreateRoleMutation,
    update::UpdateRoleMutation,
    archive::ArchiveRoleMutation,
    unarchive::UnarchiveRoleMutation,
    delete::DeleteRoleMutation,
);

/// What became of a role.
#[derive(SimpleObject)]
pub struct RolePayload {
    /// The role as it is now; null when it was refused.
    role: Option<RoleObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<Role>>> for RolePayload {
    fn from(settled: Settled<Visible<Role>>) -> Self {
        match settled {
            Ok(role) => Self { role: Some(role.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { role: None, user_errors },
        }
    }
}
