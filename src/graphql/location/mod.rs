//! Locations and their types.

mod create;
mod create_type;
mod object;
mod query;

pub use object::{LocationObject, LocationTypeObject};
pub use query::{LocationConnection, LocationFilter, locations};

use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub struct LocationMutation(create_type::CreateLocationTypeMutation, create::CreateLocationMutation);
