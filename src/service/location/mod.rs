//! Locations and their types.

mod archive;
mod create;
mod create_type;
mod delete;
mod delete_type;
mod fit;
mod read;
mod unarchive;
mod update;
mod update_type;

pub use archive::archive;
pub use create::create;
pub use create_type::create_type;
pub use delete::delete;
pub use delete_type::delete_type;
pub use read::{children, count, count_children, list, load, load_types, read_with_code, seen, types};
pub use unarchive::unarchive;
pub use update::update;
pub use update_type::update_type;

use super::{Failure, Refused, Services};
use crate::authz::{Action, Attributes, Authorized};
use crate::domain::{FaultCode, Faults, Location, LocationId, LocationType, LocationTypeId, Principal};
use crate::store::StoreError;

/// Reads a location and asks whether the caller may do this to it. `version` is what the caller last saw, if they say.
async fn judged<A: Action<Resource = Location>>(
    services: &Services,
    principal: &Principal,
    id: LocationId,
    version: Option<i32>,
) -> Result<Authorized<A>, Failure> {
    let location = services.store.location(id).await?;
    let Some(location) = location else { return Err(super::project_space::nowhere(principal)) };
    let proof = services.authorizer.authorize::<A>(principal, location, Attributes::new()).await?;
    as_seen(version, proof.resource().version)?;
    Ok(proof)
}

/// The same for a location type.
async fn judged_type<A: Action<Resource = LocationType>>(
    services: &Services,
    principal: &Principal,
    id: LocationTypeId,
    version: Option<i32>,
) -> Result<Authorized<A>, Failure> {
    let level = services.store.location_type(id).await?;
    let Some(level) = level else { return Err(super::project_space::nowhere(principal)) };
    let proof = services.authorizer.authorize::<A>(principal, level, Attributes::new()).await?;
    as_seen(version, proof.resource().version)?;
    Ok(proof)
}

fn as_seen(given: Option<i32>, present: i32) -> Result<(), Failure> {
    match given {
        Some(version) if version != present => Err(Failure::Conflict),
        _ => Ok(()),
    }
}

fn wrong_state(message: &str) -> Refused {
    Faults::one(FaultCode::InvalidState, &["id"], message).into()
}

/// The refusal of a name or site code that another location has.
fn taken(error: StoreError) -> Refused {
    match error {
        StoreError::Conflict(_) => {
            let message = "the name is taken among its siblings, or the site code in the project space";
            Faults::one(FaultCode::NameTaken, &["name"], message).into()
        }
        other => other.into(),
    }
}

/// The refusal of a code that another location type has.
fn code_taken(code: &str) -> impl FnOnce(StoreError) -> Refused {
    move |error| match error {
        StoreError::Conflict(_) => {
            let message = format!("a location type with the code `{code}` exists");
            Faults::one(FaultCode::NameTaken, &["code"], message).into()
        }
        other => other.into(),
    }
}
