//! Locations and their types.

mod archive;
mod create;
mod create_type;
mod delete;
mod delete_type;
mod object;
mod query;
mod type_object;
mod unarchive;
mod update;
mod update_type;

pub use object::LocationObject;
pub use query::{LocationConnection, LocationFilterInput, location, locations};
pub use type_object::LocationTypeObject;

use super::error::{Settled, UserError};
use crate::authz::Visible;
use crate::domain::{LevelFlagsInput, Location, LocationType};
use async_graphql::{InputObject, MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct LocationMutation(
    create_type::CreateLocationTypeMutation,
    update_type::UpdateLocationTypeMutation,
    delete_type::DeleteLocationTypeMutation,
    create::CreateLocationMutation,
    update::UpdateLocationMutation,
    archive::ArchiveLocationMutation,
    unarchive::UnarchiveLocationMutation,
    delete::DeleteLocationMutation,
);

/// What became of a location.
#[derive(SimpleObject)]
pub struct LocationPayload {
    /// The location as it is now; null when it was refused.
    location: Option<LocationObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<Location>>> for LocationPayload {
    fn from(settled: Settled<Visible<Location>>) -> Self {
        match settled {
            Ok(location) => Self { location: Some(location.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { location: None, user_errors },
        }
    }
}

/// What became of a location type.
#[derive(SimpleObject)]
pub struct LocationTypePayload {
    /// The location type as it is now; null when it was refused.
    location_type: Option<LocationTypeObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<LocationType>>> for LocationTypePayload {
    fn from(settled: Settled<Visible<LocationType>>) -> Self {
        match settled {
            Ok(level) => Self { location_type: Some(level.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { location_type: None, user_errors },
        }
    }
}

/// What a level means: what is left out stays, or is as usual for a new level.
#[derive(InputObject, Default)]
pub struct LocationTypeFlagsInput {
    /// Its places own cases: who is assigned to one shares them. False for a new level.
    shares_cases: Option<bool>,
    /// Who is assigned to one of its places sees the data of those below. False for a new level.
    view_descendants: Option<bool>,
    /// People may be assigned to its places. True for a new level.
    has_users: Option<bool>,
    /// Its places have no stock. False for a new level.
    administrative: Option<bool>,
}

impl From<Option<LocationTypeFlagsInput>> for LevelFlagsInput {
    fn from(flags: Option<LocationTypeFlagsInput>) -> Self {
        let flags = flags.unwrap_or_default();
        Self {
            shares_cases: flags.shares_cases,
            view_descendants: flags.view_descendants,
            has_users: flags.has_users,
            administrative: flags.administrative,
        }
    }
}
