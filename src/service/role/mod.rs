//! Roles.

mod archive;
mod create;
mod delete;
mod read;
mod unarchive;
mod update;

pub use archive::archive;
pub use create::create;
pub use delete::delete;
pub use read::{AssignableRole, assignable, assignable_named, holders, list, load, named};
pub use unarchive::unarchive;
pub use update::update;

use super::{Failure, Refused, Services, custom_permission, host_rule, project_space};
use crate::authz::{Action, AssignRole, Attributes, Authorized};
use crate::domain::permission::Grantable;
use crate::domain::{FaultCode, Faults, Principal, ProjectSpaceId, Role, RoleId};
use crate::store::StoreError;

/// Reads a role and asks whether the caller may do this to it. `version` is what the caller last saw, if they say.
async fn judged<A: Action<Resource = Role>>(
    services: &Services,
    principal: &Principal,
    id: RoleId,
    version: Option<i32>,
) -> Result<Authorized<A>, Refused> {
    let role = services.store.role(id).await?;
    let Some(role) = role else { return Err(project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize::<A>(principal, role, Attributes::new()).await?;
    admissible(principal, &proof, version)?;
    Ok(proof)
}

/// What no policy can switch off, and no change may pass over.
fn admissible<A: Action<Resource = Role>>(
    principal: &Principal,
    proof: &Authorized<A>,
    version: Option<i32>,
) -> Result<(), Refused> {
    host_rule::check_role(principal, A::NAME, proof.resource()).check()?;
    match version {
        Some(version) if version != proof.resource().version => Err(Failure::Conflict.into()),
        _ => Ok(()),
    }
}

/// The permissions that a role may grant here.
async fn grantable(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Result<Grantable, Failure> {
    let declared = custom_permission::list(services, principal, space).await?;
    Ok(Grantable::with(declared.iter().map(|permission| &**permission)))
}

/// Notes a fault for each of these roles that the caller may not assign: they would give others the right to.
async fn check_assigners(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    ids: &[RoleId],
    given: &[String],
    faults: &mut Faults,
) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
    let found = services.store.roles_with_ids(&scope, ids).await?;
    for (index, id) in
        given.iter().enumerate().filter_map(|(index, text)| Some((index, RoleId::parse(text).ok()?)))
    {
        if ids.contains(&id) && !found.iter().any(|role| role.id == id) {
            let path = ["assignable_by_ids", &index.to_string()];
            faults.add(FaultCode::RoleNotAssignable, &path, format!("there is no role `{id}`"));
        }
    }
    Ok(())
}

/// The refusal of a name that a role of the project space has.
fn name_taken(name: &str) -> impl FnOnce(StoreError) -> Refused {
    move |error| match error {
        StoreError::Conflict(_) => {
            let message = format!("a role named `{name}` exists");
            Faults::one(FaultCode::RoleNameTaken, &["name"], message).into()
        }
        other => other.into(),
    }
}

fn wrong_state(message: &str) -> Refused {
    Faults::one(FaultCode::InvalidState, &["id"], message).into()
}
