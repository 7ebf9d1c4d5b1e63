//! Roles.

mod create;
mod read;

pub use create::create;
pub use read::{list, load};
