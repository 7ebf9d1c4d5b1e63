//! What a project space records of its people: fields, and profiles that fix some of them.

mod read;
mod update;

pub use read::{load_profiles, profiles, read};
pub use update::update;
