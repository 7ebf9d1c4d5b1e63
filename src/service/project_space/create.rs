use crate::authz::{Attributes, CreateProjectSpace, Sealed, Visible};
use crate::domain::{FaultCode, Faults, Gateway, Principal, ProjectSpace, ProjectSpaceInput};
use crate::service::{Refused, Services};
use crate::store::StoreError;

/// Makes a project space with its preset roles and its first admin. Only the gateway's operator may.
///
/// # Errors
/// [`Refused`]: faults of the input, a name that is taken, a failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    input: ProjectSpaceInput,
) -> Result<Visible<ProjectSpace>, Refused> {
    let proof = services
        .authorizer
        .authorize::<CreateProjectSpace>(principal, Sealed::gateway(Gateway), Attributes::new())
        .await?;
    let new = input.parse()?;
    let hash = match new.admin_password.clone() {
        Some(password) => Some(services.authenticator.passwords.hash(password).await?),
        None => None,
    };
    let mut work = services.store.begin(proof).await?;
    // An account that exists keeps its password: the operator makes it an admin, and does not take it over.
    let admin = match work.account_of(new.admin_email.as_str()).await? {
        Some(account) => Ok(account),
        None => Err(hash.ok_or_else(|| {
            let message = "a new account needs a password";
            Faults::one(FaultCode::Required, &["admin_password"], message)
        })?),
    };
    let space = work.create(&new, input.settings, admin).await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            let message = format!("a project space named `{}` exists", new.name);
            Refused::Input(Faults::one(FaultCode::NameTaken, &["name"], message))
        }
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(space))
}
