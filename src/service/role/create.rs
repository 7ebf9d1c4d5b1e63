use crate::authz::{AssignRole, Attributes, CreateRole, Visible};
use crate::domain::{FaultCode, Faults, Principal, Role, RoleInput};
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

/// Makes a role. Only admins may, or whoever could grant themselves anything (reference §1.1).
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
    let new = input.parse()?;
    let space = proof.resource().id;

    let mut faults = Faults::new();
    if !new.assignable_by.is_empty() {
        let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
        let found = services.store.roles_with_ids(&scope, &new.assignable_by).await?;
        for (index, id) in new.assignable_by.iter().enumerate() {
            if !found.iter().any(|role| role.id == *id) {
                let path = ["assignable_by_ids", &index.to_string()];
                faults.add(FaultCode::RoleNotAssignable, &path, format!("there is no role `{id}`"));
            }
        }
    }
    // No policy can switch this off: nobody grants what they do not hold (DESIGN §1).
    if let Some(standing) = principal.standing_in(space)
        && !standing.is_admin
    {
        for permission in standing.grants.lacking(&new.grants) {
            let message = format!("you do not hold `{permission}`");
            faults.add(FaultCode::GrantNotHeld, &["permissions"], message);
        }
    }
    faults.check()?;

    let name = new.name.clone();
    let mut work = services.store.begin(proof).await?;
    let role = work.create(new).await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            let message = format!("a role named `{name}` exists");
            Refused::Input(Faults::one(FaultCode::RoleNameTaken, &["name"], message))
        }
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(role))
}
