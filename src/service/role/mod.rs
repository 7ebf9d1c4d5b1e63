//! Roles.

mod create;
mod read;

pub use create::create;
pub use read::{assignable_named, list, load, named};
