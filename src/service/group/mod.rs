//! Groups of mobile workers.

mod add_members;
mod create;
mod delete;
mod members;
mod read;
mod remove_members;
mod restore;
mod update;

pub use add_members::add_members;
pub use create::create;
pub use delete::delete;
pub use members::{count_members, member_ids, members};
pub use read::{count, list, load, seen};
pub use remove_members::remove_members;
pub use restore::restore;
pub use update::update;

use super::{Failure, Refused, Services};
use crate::authz::{Action, Attributes, Authorized};
use crate::domain::{FaultCode, Faults, Group, GroupId, Principal};

/// Reads a group and asks whether the caller may do this to it. `version` is what the caller last saw, if they say.
async fn judged<A: Action<Resource = Group>>(
    services: &Services,
    principal: &Principal,
    id: GroupId,
    version: Option<i32>,
) -> Result<Authorized<A>, Failure> {
    let group = services.store.group(id).await?;
    let Some(group) = group else { return Err(super::project_space::nowhere(principal)) };
    let proof = services.authorizer.authorize::<A>(principal, group, Attributes::new()).await?;
    unchanged(&proof, version)?;
    Ok(proof)
}

fn unchanged<A: Action<Resource = Group>>(
    proof: &Authorized<A>,
    version: Option<i32>,
) -> Result<(), Failure> {
    match version {
        Some(version) if version != proof.resource().version => Err(Failure::Conflict),
        _ => Ok(()),
    }
}

fn wrong_state(field: &str, message: &str) -> Refused {
    Refused::Input(Faults::one(FaultCode::InvalidState, &[field], message))
}

/// A deleted group keeps its name, as a deleted worker does.
fn taken(name: &str) -> Refused {
    let message = format!("a group named `{name}` exists, perhaps a deleted one");
    Refused::Input(Faults::one(FaultCode::NameTaken, &["name"], message))
}
