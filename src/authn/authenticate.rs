//! Who sends a request. Rights are read anew each time, so that a removal acts on the next request.

use super::attempt::{Attempt, Checked};
use super::password::Passwords;
use super::queue::{Overloaded, Turn};
use super::secret::Secret;
use super::token::TokenKey;
use crate::domain::username::typed;
use crate::domain::{
    ApiKey, Clock, Email, Identity, LoginName, Origin, Principal, SignIn, Standing, WebUserId,
    permission::Grants,
};
use crate::store::{ApiKeyCredential, SignedIn, Store, StoreError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use std::net::IpAddr;
use std::sync::Arc;

/// Longest `Authorization` header that is looked at, in bytes.
const HEADER_MAX: usize = 10 * 1024;

/// Turns credentials into principals.
#[derive(Clone)]
pub struct Authenticator {
    /// Where accounts are.
    pub store: Store,
    /// Checks passwords.
    pub passwords: Passwords,
    /// Checks access tokens.
    pub key: TokenKey,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The last part of every worker's login name.
    pub worker_suffix: Arc<str>,
    /// The accounts of the gateway's operators. By id: an address could be taken by somebody who does not own it.
    pub operators: Arc<[WebUserId]>,
}

/// What a client presented.
#[derive(Debug)]
pub struct Presented<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// Where the connection comes from.
    pub peer: Option<IpAddr>,
    /// Whether a password may be sent with every request, as the REST API's clients do.
    pub basic: BasicAuth,
}

/// Whether `Authorization: Basic` is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BasicAuth {
    /// It is.
    Taken,
    /// It is not: sign in once instead.
    Refused,
}

/// No principal came of it.
#[derive(Debug, thiserror::Error)]
pub enum AuthnError {
    /// Not a header that we know.
    #[error("`Authorization` must be `Bearer <token>` or `ApiKey <user>:<key>`")]
    Malformed,
    /// Wrong, ended, or of an account that may not sign in. One answer for all.
    #[error("the credentials are not valid")]
    Invalid,
    /// An access token of this gateway that was valid until some time ago.
    #[error("the access token has expired: refresh the session")]
    Expired,
    /// The request has checked a credential already.
    #[error("a request checks at most one credential")]
    SecondCheck,
    /// Too many attempts at once.
    #[error(transparent)]
    Overloaded(#[from] Overloaded),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Authenticator {
    /// The principal behind a request; a stranger when nothing was presented.
    ///
    /// # Errors
    /// [`AuthnError`].
    pub async fn authenticate(
        &self,
        presented: Presented<'_>,
        origin: Origin,
    ) -> Result<Principal, AuthnError> {
        let Some(header) = presented.authorization else { return Ok(Principal::anonymous(origin)) };
        if header.len() > HEADER_MAX {
            return Err(AuthnError::Malformed);
        }
        let (scheme, credential) = header.trim().split_once(' ').ok_or(AuthnError::Malformed)?;
        let credential = credential.trim();
        match scheme.to_ascii_lowercase().as_str() {
            "bearer" => self.bearer(credential, origin).await,
            "apikey" => self.api_key(credential, presented.peer, origin).await,
            "basic" if presented.basic == BasicAuth::Taken => self.basic(credential, origin).await,
            _ => Err(AuthnError::Malformed),
        }
    }

    /// Waits for a turn to check a credential that a request brings. Each request has one.
    ///
    /// # Errors
    /// [`AuthnError::SecondCheck`], [`AuthnError::Overloaded`].
    pub async fn turn(&self, origin: &Origin, checked: Checked<'_>) -> Result<Turn, AuthnError> {
        if !origin.take_credential_check() {
            return Err(AuthnError::SecondCheck);
        }
        Ok(self.passwords.queue().turn(Attempt::new(checked, origin.network)).await?)
    }

    /// The account that a user name and a password belong to, if it may sign in. Takes as long when there is none.
    ///
    /// # Errors
    /// [`AuthnError::SecondCheck`], [`AuthnError::Overloaded`], [`AuthnError::Store`].
    pub async fn check_password(
        &self,
        username: &str,
        project_space: Option<&str>,
        password: &SecretString,
        origin: &Origin,
    ) -> Result<Option<Identity>, AuthnError> {
        // A worker's name comes with its project space, or carries it; anything else is a web user's address.
        let worker = match project_space {
            Some(space) if !username.contains('@') => Some((space.to_owned(), typed(username))),
            _ => LoginName::split(username, &self.worker_suffix)
                .map(|name| (name.project_space, name.username)),
        };
        let email = Email::parse(username).ok().filter(|_| worker.is_none());
        let name = match (&worker, &email) {
            (Some((space, username)), _) => format!("{space}/{username}"),
            (None, Some(email)) => email.to_string(),
            (None, None) => username.to_owned(),
        };
        let turn = self.turn(origin, Checked::Password(&name)).await?;
        let credential = match (&worker, &email) {
            (Some((space, username)), _) => self.store.worker_password(space, username).await?,
            (None, Some(email)) => self.store.web_user_password(email.as_str()).await?,
            (None, None) => None,
        };
        // An account that may not sign in is answered as one that is not there.
        let credential = credential.filter(|credential| credential.may_sign_in);
        let stored = credential.as_ref().and_then(|credential| credential.password_hash.as_deref());
        let fits = self.passwords.verify(turn, stored, password).await?;
        Ok(credential.filter(|_| fits).map(|credential| credential.identity))
    }

    /// An account as a principal, with its rights as they are now.
    ///
    /// # Errors
    /// [`AuthnError::Invalid`] when it is gone or may not act.
    pub async fn principal(
        &self,
        identity: Identity,
        signed_in_by: SignIn,
        origin: Origin,
    ) -> Result<Principal, AuthnError> {
        // A PersonalID link that is no longer active ends what it opened, whichever gateway is asked (seed 000).
        let may_act = |account: &SignedIn| match signed_in_by {
            SignIn::PersonalId => account.is_active_by_personal_id,
            _ => account.is_active,
        };
        let account = self.store.signed_in(identity).await?.filter(may_act);
        let account = account.ok_or(AuthnError::Invalid)?;
        // An API key is for one project space: it is nobody's key to the gateway.
        let in_person = matches!(signed_in_by, SignIn::Password | SignIn::PasswordAndOtp);
        let is_operator = in_person && self.operators.iter().any(|id| identity == Identity::WebUser(*id));
        Ok(Principal {
            identity,
            name: Some(account.name),
            signed_in_by,
            session: None,
            standings: account.standings,
            is_operator,
            origin,
        })
    }

    async fn bearer(&self, token: &str, origin: Origin) -> Result<Principal, AuthnError> {
        let now = self.clock.now();
        let Some(token) = self.key.verify(token, now) else {
            let has_expired = self.key.has_expired(token, now);
            return Err(if has_expired { AuthnError::Expired } else { AuthnError::Invalid });
        };
        let found = self.store.session_credential(token.session).await?;
        let session = found
            .filter(|found| !found.has_ended && found.session.expires_at > now)
            .ok_or(AuthnError::Invalid)?
            .session;
        let mut principal = self.principal(session.owner, session.signed_in_by, origin).await?;
        principal.session = Some(session.id);
        Ok(principal)
    }

    async fn api_key(
        &self,
        credential: &str,
        peer: Option<IpAddr>,
        origin: Origin,
    ) -> Result<Principal, AuthnError> {
        let (user, secret) = credential.split_once(':').ok_or(AuthnError::Malformed)?;
        let email = Email::parse(user).map_err(|_| AuthnError::Invalid)?;
        let hash = Secret::sent(secret.to_owned()).hash();
        let found = self.find_api_key(&email, &hash, &origin).await?.ok_or(AuthnError::Invalid)?;
        let now = self.clock.now();
        let from_here = found.allowed_addresses.is_empty()
            || peer.is_some_and(|peer| found.allowed_addresses.contains(&peer.to_canonical()));
        if !from_here || found.key.expires_at.is_some_and(|at| at <= now) {
            return Err(AuthnError::Invalid);
        }
        let owner = Identity::WebUser(found.key.owner);
        let mut principal = self.principal(owner, SignIn::ApiKey, origin).await?;
        principal.standings = narrowed(principal.standings, &found.key, found.role_grants.as_ref());
        Ok(principal)
    }

    /// Looks an API key up. A lookup is cheap and needs no turn, except after repeated failures: then it waits with the
    /// other attempts.
    async fn find_api_key(
        &self,
        email: &Email,
        hash: &[u8],
        origin: &Origin,
    ) -> Result<Option<ApiKeyCredential>, AuthnError> {
        let queue = self.passwords.queue();
        let attempt = Attempt::new(Checked::ApiKey(email.as_str()), origin.network);
        let turn = match queue.is_penalised(&attempt) {
            true => Some(queue.turn(attempt).await?),
            false => None,
        };
        let found = self.store.api_key_credential(email.as_str(), hash).await?;
        match turn {
            Some(turn) => turn.end(found.is_some()),
            None if found.is_none() => queue.note(&attempt, false),
            None => {}
        }
        Ok(found)
    }

    async fn basic(&self, credential: &str, origin: Origin) -> Result<Principal, AuthnError> {
        let decoded = STANDARD.decode(credential).map_err(|_| AuthnError::Malformed)?;
        let decoded = String::from_utf8(decoded).map_err(|_| AuthnError::Malformed)?;
        let (user, password) = decoded.split_once(':').ok_or(AuthnError::Malformed)?;
        let identity = self.check_password(user, None, &password.to_owned().into(), &origin).await?;
        self.principal(identity.ok_or(AuthnError::Invalid)?, SignIn::Password, origin).await
    }
}

/// A key has its owner's rights in its own project space, and no more than its role's if it has one. Measured at use,
/// so that a key never outlives a right that its owner has lost.
fn narrowed(standings: Vec<Standing>, key: &ApiKey, role: Option<&Grants>) -> Vec<Standing> {
    let here = standings.into_iter().filter(|standing| standing.project_space == key.project_space);
    here.map(|standing| match role {
        None => standing,
        Some(role) => Standing {
            // A key that is narrower than its role does not act as a holder of that role, who may give what the role's
            // "assignable by" lets them give.
            role: key.role.filter(|_| standing.is_admin || standing.grants.lacking(role).next().is_none()),
            grants: if standing.is_admin { role.clone() } else { standing.grants.intersect(role) },
            is_admin: false,
            ..standing
        },
    })
    .collect()
}
