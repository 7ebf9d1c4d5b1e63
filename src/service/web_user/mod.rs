//! Web users: people with an account of their own, and what they are in a project space.

mod activate;
mod add;
mod deactivate;
mod list;
mod read;
mod remove;
mod restore;
mod update;

pub use activate::activate;
pub use add::{NewWebUser, add};
pub use deactivate::deactivate;
pub use list::{List, count, list};
pub use read::{load, read, read_named};
pub use remove::{Removed, remove, remove_by_operator};
pub use restore::restore;
pub use update::update;

use super::{Failure, Refused, Services, host_rule, project_space};
use crate::authz::{Action, Attributes, Authorized};
use crate::domain::{FaultCode, Faults, Member, MembershipId, Principal};
use crate::store::StoreError;

/// Reads a member and asks whether the caller may do this to them: the policy first, then the rules that no policy can
/// switch off. `version` is what the caller last saw, if they say.
async fn judged<A: Action<Resource = Member>>(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
    version: Option<i32>,
) -> Result<Authorized<A>, Refused> {
    let member = services.store.member(id).await?;
    let Some(member) = member else { return Err(project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize::<A>(principal, member, Attributes::new()).await?;
    unchanged(&proof, version)?;
    host_rule::check_member(services, principal, A::NAME, &proof, proof.resource()).await?.check()?;
    Ok(proof)
}

fn unchanged<A: Action<Resource = Member>>(
    proof: &Authorized<A>,
    version: Option<i32>,
) -> Result<(), Failure> {
    match version {
        Some(version) if version != proof.resource().version => Err(Failure::Conflict),
        _ => Ok(()),
    }
}

/// The refusal to leave a project space without an active admin.
fn last_admin(path: &'static [&'static str]) -> impl FnOnce(StoreError) -> Refused {
    move |error| match error {
        StoreError::LastAdmin => {
            let message = "they are the only active admin of the project space: make somebody else one first";
            Faults::one(FaultCode::LastAdmin, path, message).into()
        }
        other => other.into(),
    }
}
