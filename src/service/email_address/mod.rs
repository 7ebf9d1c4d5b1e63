//! E-mail addresses: what came back from them, and whether they are blocked.

mod clear_block;
mod list_blocked;
mod read;

pub use clear_block::clear_block;
pub use list_blocked::list_blocked;
pub use read::read;
