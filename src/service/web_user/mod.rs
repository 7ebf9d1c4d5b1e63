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

use super::{Failure, Refused, Services, project_space};
use crate::authz::{Action, Attributes, Authorized};
use crate::domain::{FaultCode, Faults, Identity, Member, MembershipId, Principal};
use crate::store::StoreError;

/// Reads a member and asks whether the caller may do this to them. `version` is what the caller last saw, if they say.
async fn judged<A: Action<Resource = Member>>(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
    version: Option<i32>,
) -> Result<Authorized<A>, Failure> {
    let member = services.store.member(id).await?;
    let Some(member) = member else { return Err(project_space::nowhere(principal)) };
    let proof = services.authorizer.authorize::<A>(principal, member, Attributes::new()).await?;
    unchanged(&proof, version)?;
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

/// No policy can switch this off: admins are changed by admins alone, and nobody takes from another what they could not
/// give.
fn within_reach(principal: &Principal, member: &Member) -> Result<(), Faults> {
    let space = member.project_space;
    if principal.administers(space) {
        return Ok(());
    }
    if member.assignment.role.is_admin() {
        let message = "only an admin of the project space changes an admin";
        return Err(Faults::one(FaultCode::AdminOnly, &["id"], message));
    }
    // Whoever is no member was not judged, so there is a standing.
    let lacking = principal.standing_in(space).map(|standing| member.beyond(standing)).unwrap_or_default();
    if lacking.is_empty() {
        return Ok(());
    }
    let message = format!("they hold what you do not: {}", lacking.join(", "));
    Err(Faults::one(FaultCode::GrantNotHeld, &["id"], message))
}

/// No policy can switch this off: nobody shuts themselves out, or raises themselves (seed 001).
fn somebody_else(principal: &Principal, member: &Member, path: &[&str]) -> Result<(), Faults> {
    if principal.identity != Identity::WebUser(member.person.id) {
        return Ok(());
    }
    let message = "you cannot do this to your own membership: ask another admin of the project space";
    Err(Faults::one(FaultCode::SelfRemoval, path, message))
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
