//! Requests to be let into a project space. Inviting the address says yes.

mod create;
mod list;
mod reject;

pub use create::create;
pub use list::{count, list, read};
pub use reject::reject;
