use super::{check_assigners, grantable, name_taken};
use crate::authz::{Action, Attributes, CreateRole, Visible};
use crate::domain::{Faults, Principal, Role, RoleInput};
use crate::service::{Refused, Services, host_rule, project_space};

/// Makes a role. Only admins may, whatever the policy says: a user who makes roles could grant themselves anything (reference
/// §1.1).
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &RoleInput,
) -> Result<Visible<Role>, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let proposed = Attributes::new().with("name", input.name.as_str());
    let proof = services.authorizer.authorize::<CreateRole>(principal, space, proposed).await?;
    host_rule::check_project_space(principal, CreateRole::NAME, proof.resource()).check()?;
    let space = proof.resource().id;
    let new = input.parse(&grantable(services, principal, space).await?)?;

    let mut faults = Faults::new();
    check_assigners(services, principal, space, &new.assignable_by, &input.assignable_by, &mut faults)
        .await?;
    faults.check()?;

    let name = new.name.clone();
    let mut work = services.store.begin(proof).await?;
    let role = work.create(new).await.map_err(name_taken(&name))?;
    Ok(work.commit().await?.created(role))
}
