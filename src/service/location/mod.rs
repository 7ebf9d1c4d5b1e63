//! Locations and their types.

mod create;
mod create_type;
mod read;

pub use create::create;
pub use create_type::create_type;
pub use read::{count, list, load, load_types, types};
