//! Groups of mobile workers.

mod create;
mod object;
mod query;

pub use create::GroupMutation;
pub use object::GroupObject;
pub use query::{GroupConnection, groups};
