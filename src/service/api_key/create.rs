use crate::authn::Secret;
use crate::authz::{AssignRole, Attributes, CreateApiKey, Visible};
use crate::domain::person::{NAME_MAX, filled_line};
use crate::domain::{ApiKey, ApiKeyId, FaultCode, Faults, Identity, Principal, RoleId, SignIn};
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;
use chrono::{DateTime, Utc};
use std::net::IpAddr;

/// By which secret scanners know a key of ours.
const PREFIX: &str = "fgk_";
/// Most addresses that one key may be limited to.
const ADDRESSES_MAX: usize = 50;

/// A key as it was asked for.
#[derive(Debug, Default)]
pub struct ApiKeyInput {
    /// For people; unique for its owner.
    pub name: String,
    /// Id of a role that narrows the owner's rights.
    pub role: Option<String>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// The addresses it may be used from; empty for all.
    pub allowed_addresses: Vec<String>,
}

/// A new key with its secret, which is shown this once.
#[derive(Debug)]
pub struct NewKey {
    /// The key.
    pub key: Visible<ApiKey>,
    /// What scripts send.
    pub secret: Secret,
}

/// Makes a key that acts for the caller in one project space.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &ApiKeyInput,
) -> Result<NewKey, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let proposed = Attributes::new().with("name", input.name.as_str());
    let proof = services.authorizer.authorize::<CreateApiKey>(principal, space, proposed).await?;
    let Identity::WebUser(owner) = principal.identity else {
        let message = "only web users have API keys";
        return Err(Faults::one(FaultCode::InvalidState, &[], message).into());
    };
    // No policy can switch this off: a key would have itself replaced by one without its role, addresses and end.
    if principal.signed_in_by == SignIn::ApiKey {
        let message = "an API key cannot make another: sign in with a password";
        return Err(Faults::one(FaultCode::InvalidState, &[], message).into());
    }
    let space = proof.resource().id;

    let mut faults = Faults::new();
    let name = filled_line(&input.name, NAME_MAX);
    let name = name.map_err(|error| faults.add(error.code(), &["name"], format!("`name` {error}"))).ok();
    let role = input
        .role
        .as_deref()
        .and_then(|id| faults.take(FaultCode::InvalidValue, &["role_id"], RoleId::parse(id)));
    if let Some(id) = role {
        let scope = services.authorizer.scope::<AssignRole>(principal, space).await?;
        if services.store.roles_with_ids(&scope, &[id]).await?.is_empty() {
            let message = format!("there is no role `{id}` that you may assign");
            faults.add(FaultCode::RoleNotAssignable, &["role_id"], message);
        }
    }
    let now = services.clock.now();
    if input.expires_at.is_some_and(|at| at <= now) {
        faults.add(FaultCode::InvalidValue, &["expires_at"], "must lie in the future");
    }
    if input.allowed_addresses.len() > ADDRESSES_MAX {
        faults.add(FaultCode::TooLong, &["allowed_addresses"], format!("at most {ADDRESSES_MAX} addresses"));
    }
    let mut addresses = Vec::new();
    for (index, text) in input.allowed_addresses.iter().take(ADDRESSES_MAX).enumerate() {
        let path = ["allowed_addresses", &index.to_string()];
        let parsed = text.parse::<IpAddr>().map_err(|_| "must be an IP address");
        addresses.extend(faults.take(FaultCode::InvalidValue, &path, parsed));
    }
    let (Some(name), true) = (name, faults.is_empty()) else { return Err(faults.into()) };

    let secret = Secret::random(PREFIX)?;
    let key = ApiKey {
        id: ApiKeyId::fresh(now),
        owner,
        project_space: space,
        name,
        role,
        expires_at: input.expires_at,
        created_at: now,
    };
    let mut work = services.store.begin(proof).await?;
    let key = work.create(key, secret.hash(), &addresses).await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            Refused::Input(Faults::one(FaultCode::NameTaken, &["name"], "you have a key of this name"))
        }
        other => other.into(),
    })?;
    Ok(NewKey { key: work.commit().await?.created(key), secret })
}
