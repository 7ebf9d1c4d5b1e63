//! The right to use the REST API at all, which every call there needs beside the right to do what it does (seed 002:
//! "Edit Access APIs").

use super::{Failure, Services};
use crate::authz::{Attributes, Authorized, UseApi};
use crate::domain::Principal;

/// The project space of a REST path, for a caller who may use its API.
///
/// # Errors
/// [`Failure`].
pub async fn enter(
    services: &Services,
    principal: &Principal,
    project_space: &str,
) -> Result<Authorized<UseApi>, Failure> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(super::project_space::nowhere(principal)) };
    let proof: Authorized<UseApi> =
        services.authorizer.authorize(principal, space, Attributes::new()).await?;
    super::project_space::visit(services, principal, proof.resource().id).await;
    Ok(proof)
}
