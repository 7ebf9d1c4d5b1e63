//! Roles.

mod create;
mod object;

pub use create::RoleMutation;
pub use object::{PermissionGrant, RoleObject};
