//! API keys: how scripts sign in.

mod create;
mod delete;

pub use create::{ApiKeyInput, NewKey, create};
pub use delete::delete;
