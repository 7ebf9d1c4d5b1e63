//! Project spaces.

mod create;
mod read;

pub use create::create;
pub(super) use read::nowhere;
pub use read::{read, read_many};
