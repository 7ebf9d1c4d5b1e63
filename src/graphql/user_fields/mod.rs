//! Which data a project space records of its people.

mod object;
mod update;

pub use object::{UserFieldDefinitionObject, UserKind, UserProfileObject};
pub use update::UpdateUserFieldsMutation as UserFieldsMutation;
