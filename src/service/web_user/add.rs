use crate::authz::{AddWebUser, Attributes};
use crate::domain::person::{InvalidText, NAME_MAX, line};
use crate::domain::{
    Email, FaultCode, Faults, LocationId, PasswordRule, Principal, RoleId, WebUserId, WebUserWords,
};
use crate::service::{Refused, Services, project_space, role};
use crate::store::{StoreError, WebUserRow};
use secrecy::{ExposeSecret, SecretString};

/// A web user as an operator adds them. People invite each other; this is for the command line.
#[derive(Debug, Default)]
pub struct NewWebUser {
    /// The sign-in name.
    pub email: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// Needed for a new account; an existing one keeps its own.
    pub password: Option<SecretString>,
    /// The role; none makes an admin.
    pub role: Option<RoleId>,
    /// The assigned locations.
    pub locations: Vec<LocationId>,
}

/// Adds a web user to a project space, making the account if there is none. Only the gateway's operator may.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure.
pub async fn add(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &NewWebUser,
) -> Result<WebUserId, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize::<AddWebUser>(principal, space, Attributes::new()).await?;

    let mut faults = Faults::new();
    let mut text = |field: &str, parsed: Result<String, InvalidText>| {
        parsed
            .map_err(|error| faults.add(error.code(), &[field], format!("`{field}` {error}")))
            .unwrap_or_default()
    };
    let email = text("email", Email::parse(&input.email).map(|email| email.to_string()));
    let first_name = text("first_name", line(&input.first_name, NAME_MAX));
    let last_name = text("last_name", line(&input.last_name, NAME_MAX));
    let space = proof.resource();
    let rule = PasswordRule::of_web_user(WebUserWords {
        email: &email,
        first_name: &first_name,
        last_name: &last_name,
        project_spaces: vec![space.name.to_string(), space.display_name.clone()],
    });
    let password = input.password.as_ref().and_then(|given| {
        let checked = rule.check(given.expose_secret()).map_err(|error| format!("the password {error}"));
        faults.take(FaultCode::PasswordWeak, &["password"], checked)
    });
    if let Some(role) = input.role
        && let Some(role) = role::load(services, principal, space.id, &[role]).await?.first()
        && role.is_mobile_default
    {
        let message = format!(
            "`{}` is the role of mobile workers: give a web user another role, or none to make them an admin",
            role.name
        );
        faults.add(FaultCode::RoleNotAssignable, &["role_id"], message);
    }
    faults.check()?;
    let password_hash = match password {
        Some(password) => Some(services.authenticator.passwords.hash(password).await?),
        None => None,
    };

    let mut work = services.store.begin(proof).await?;
    let row = WebUserRow {
        email,
        first_name,
        last_name,
        password_hash,
        role: input.role,
        locations: &input.locations,
    };
    let id = work.add(row).await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            let message = "they belong to this project space already";
            Refused::Input(Faults::one(FaultCode::NameTaken, &["email"], message))
        }
        other => other.into(),
    })?;
    let Some(id) = id else {
        return Err(Faults::one(FaultCode::Required, &["password"], "a new account needs a password").into());
    };
    let _done = work.commit().await?;
    Ok(id)
}
