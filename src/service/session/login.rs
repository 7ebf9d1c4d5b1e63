use super::{BY_PASSWORD, REFRESH_PREFIX, SignedIn, lifetime};
use crate::authn::{AuthnError, Secret};
use crate::authz::{Attributes, CreateSession, Sealed};
use crate::domain::{Account, FaultCode, Faults, Origin, Principal};
use crate::service::{Refused, Services};
use crate::store::NewSession;
use secrecy::SecretString;

/// A user name and a password as they were typed.
#[derive(Debug)]
pub struct LoginInput {
    /// A web user's e-mail address, a worker's login name, or a worker's username together with the project space.
    pub username: String,
    /// The password.
    pub password: SecretString,
    /// Where a bare username is looked for.
    pub project_space: Option<String>,
}

/// Signs in with a password.
///
/// # Errors
/// [`Refused`]: one answer, after one time, for a wrong password, an unknown name and an account that may not sign in
/// (security A7); a failure.
pub async fn login(services: &Services, origin: Origin, input: LoginInput) -> Result<SignedIn, Refused> {
    let principal = check(services, origin, &input).await?;
    open(services, principal).await
}

/// Who a user name and a password belong to. Nothing is opened: this is for what is done once, on the spot.
///
/// # Errors
/// As [`login`].
pub async fn check(services: &Services, origin: Origin, input: &LoginInput) -> Result<Principal, Refused> {
    let authenticator = &services.authenticator;
    let space = input.project_space.as_deref();
    let identity = authenticator.check_password(&input.username, space, &input.password, &origin).await?;
    let Some(identity) = identity else { return Err(wrong().into()) };
    match authenticator.principal(identity, BY_PASSWORD, origin).await {
        Err(AuthnError::Invalid) => Err(wrong().into()),
        other => Ok(other?),
    }
}

/// Opens a session for somebody who has just proved who they are.
pub(in crate::service) async fn open(
    services: &Services,
    mut principal: Principal,
) -> Result<SignedIn, Refused> {
    let identity = principal.identity;
    let account = Sealed::account(Account(identity));
    let proof =
        services.authorizer.authorize::<CreateSession>(&principal, account, Attributes::new()).await?;
    let refresh_token = Secret::random(REFRESH_PREFIX)?;
    let mut work = services.store.begin(proof).await?;
    let session = NewSession {
        signed_in_by: principal.signed_in_by,
        refresh_hash: refresh_token.hash(),
        expires_at: work.now() + lifetime(identity),
    };
    let session = work.create(session).await?;
    let _done = work.commit().await?;
    let key = &services.authenticator.key;
    let (access_token, expires_at) = key.issue(session.id, identity, services.clock.now())?;
    principal.session = Some(session.id);
    Ok(SignedIn { access_token, expires_at, refresh_token, principal })
}

fn wrong() -> Faults {
    let message = "user name and password do not fit together, or the account cannot sign in";
    Faults::one(FaultCode::WrongCredentials, &[], message)
}
