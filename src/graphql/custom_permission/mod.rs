//! The permissions that exist in a project space: CommCare's, and those that it declares.

mod create;
mod delete;
mod object;

pub use object::{PermissionObject, catalogue};

use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub struct CustomPermissionMutation(
    create::CreateCustomPermissionMutation,
    delete::DeleteCustomPermissionMutation,
);
