//! The permissions that a project space declares for its own policies.

mod create;
mod delete;
mod read;

pub use create::create;
pub use delete::delete;
pub use read::list;
