//! Web users.

mod add;

pub use add::{NewWebUser, add};
