//! Mobile workers.

mod activate;
mod confirm;
mod create;
mod deactivate;
mod delete;
mod expire;
mod list;
pub(super) mod new_password;
mod read;
mod restore;
mod send_confirmation;
mod send_password_reset;
mod set_password;
mod update;
mod user_data;

pub use activate::activate;
pub use confirm::{confirm, confirm_and_sign_in, preview_confirmation};
pub use create::{NewPassword, create};
pub use deactivate::deactivate;
pub use delete::delete;
pub use expire::deactivate_next;
pub use list::{List, count, list};
pub use read::{read, read_named, username_of};
pub use restore::restore;
pub use send_confirmation::send_confirmation;
pub use send_password_reset::send_password_reset;
pub use set_password::set_password;
pub use update::update;

use super::{Failure, Refused, Services, host_rule};
use crate::authz::{Action, Attributes, Authorized};
use crate::domain::{FaultCode, Faults, MobileWorker, MobileWorkerId, MobileWorkerProfile, Principal};
use serde_json::{Map, Value as Json};

/// Reads a worker and asks whether the caller may do this to it: the policy first, then the rules that no policy can switch
/// off. `version` is what the caller last saw, if they say.
pub(in crate::service) async fn judged<A: Action<Resource = MobileWorker>>(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Authorized<A>, Refused> {
    let worker = services.store.mobile_worker(id).await?;
    let Some(worker) = worker else { return Err(super::project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize::<A>(principal, worker, Attributes::new()).await?;
    unchanged(&proof, version)?;
    host_rule::check_worker(services, principal, A::NAME, &proof, proof.resource()).await?.check()?;
    Ok(proof)
}

fn unchanged<A: Action<Resource = MobileWorker>>(
    proof: &Authorized<A>,
    version: Option<i32>,
) -> Result<(), Failure> {
    match version {
        Some(version) if version != proof.resource().version => Err(Failure::Conflict),
        _ => Ok(()),
    }
}

/// What an action would make of a worker, for the policy.
fn proposed(profile: &MobileWorkerProfile) -> Attributes {
    Attributes::new()
        .with("role_id", profile.role.map(|id| id.hex()))
        .with("location_ids", profile.locations.iter().map(|id| id.hex()).collect::<Vec<_>>())
        .with("primary_location_id", profile.primary_location.map(|id| id.hex()))
        .with("group_ids", profile.groups.iter().map(|id| id.hex()).collect::<Vec<_>>())
        .with("language", profile.language.as_ref().map(ToString::to_string))
        .with("profile_id", profile.user_profile.map(|id| id.hex()))
        .with("email", profile.email.as_ref().map(ToString::to_string))
        .with("phone_numbers", profile.phone_numbers.iter().map(ToString::to_string).collect::<Vec<_>>())
        .with("user_data", user_data_entries(&profile.user_data))
}

/// Custom data as policies see it: `key=value`, where a value that is no text is written as JSON.
fn user_data_entries(data: &Map<String, Json>) -> Vec<String> {
    data.iter()
        .map(|(key, value)| match value {
            Json::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect()
}

pub(in crate::service) fn wrong_state(message: &str) -> Refused {
    Refused::Input(Faults::one(FaultCode::InvalidState, &["id"], message))
}
