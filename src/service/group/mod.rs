//! Groups of mobile workers.

mod create;
mod read;

pub use create::create;
pub use read::{count, list, load};
