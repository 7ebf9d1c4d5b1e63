//! Project spaces.

mod create;
mod read;
mod update;
mod visit;

pub use create::create;
pub(super) use read::nowhere;
pub use read::{read, read_many};
pub use update::update;
pub(super) use visit::visit;
