//! The audit, for those who may read it.

mod list;

pub use list::{count, list, read};
