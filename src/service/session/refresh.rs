use super::{REFRESH_PREFIX, SignedIn};
use crate::authn::{AuthnError, Secret};
use crate::authz::{Attributes, EndSession, RefreshSession};
use crate::domain::{FaultCode, Faults, Origin, Principal};
use crate::service::{Failure, Refused, Services};
use crate::store::{SessionCredential, StoreError};
use chrono::TimeDelta;

/// How long after an exchange the old token counts as a lost answer rather than as stolen (security S6).
const LOST_ANSWER: TimeDelta = TimeDelta::seconds(60);

/// Exchanges a refresh token for new tokens. Each token is good once; one that comes back later ends the session, for
/// its owner and the thief alike (RFC 9700 §4.14.2). Within a minute it gets the answer that was perhaps lost, once more:
/// the next token follows from the old one, so a session never has two that are good.
///
/// # Errors
/// [`Refused`]: one answer for a token that is unknown, used, or of a session that has ended; a failure.
pub async fn refresh(
    services: &Services,
    origin: Origin,
    refresh_token: String,
) -> Result<SignedIn, Refused> {
    let token = Secret::sent(refresh_token);
    let next = services.authenticator.key.successor(REFRESH_PREFIX, &token);
    let (hash, now) = (token.hash(), services.clock.now());
    let found = valid(services, &hash).await?.ok_or_else(invalid)?;
    let (id, owner) = (found.session.id, found.session.owner);
    let principal = services.authenticator.principal(owner, found.session.signed_in_by, origin).await;
    let mut principal = match principal {
        Err(AuthnError::Invalid) => return Err(invalid().into()),
        other => other?,
    };
    principal.session = Some(id);

    if found.refresh_hash == hash {
        let session = services.store.session(id).await?.ok_or(Failure::NotFound)?;
        let proof =
            services.authorizer.authorize::<RefreshSession>(&principal, session, Attributes::new()).await?;
        let mut work = services.store.begin(proof).await?;
        match work.refresh_token(&hash, next.hash()).await {
            Ok(()) => drop(work.commit().await?),
            // Of two who came with the same token at the same moment, the other one was faster: the answer is the same.
            Err(StoreError::Stale) => {
                drop(work);
                valid(services, &hash)
                    .await?
                    .filter(|now| now.refresh_hash == next.hash())
                    .ok_or_else(invalid)?;
            }
            Err(error) => return Err(error.into()),
        }
    } else if found.refreshed_at + LOST_ANSWER <= now {
        end(services, &principal, id).await?;
        return Err(invalid().into());
    } else if found.refresh_hash != next.hash() {
        // The gateway's key was changed within this minute.
        return Err(invalid().into());
    }
    let (access_token, expires_at) = services.authenticator.key.issue(id, owner, now)?;
    Ok(SignedIn { access_token, expires_at, refresh_token: next, principal })
}

/// The session that a token is the current or the last one of, if it goes on.
async fn valid(services: &Services, hash: &[u8]) -> Result<Option<SessionCredential>, Refused> {
    let now = services.clock.now();
    let found = services.store.session_by_refresh_token(hash).await?;
    Ok(found.filter(|found| !found.has_ended && found.session.expires_at > now))
}

async fn end(
    services: &Services,
    principal: &Principal,
    id: crate::domain::SessionId,
) -> Result<(), Refused> {
    let session = services.store.session(id).await?.ok_or(Failure::NotFound)?;
    let proof = services.authorizer.authorize::<EndSession>(principal, session, Attributes::new()).await?;
    let mut work = services.store.begin(proof).await?;
    work.end().await?;
    let _done = work.commit().await?;
    tracing::warn!(session.id = %id, "ended session `{id}`: a refresh token came back that had been exchanged");
    Ok(())
}

fn invalid() -> Faults {
    let message = "the refresh token is unknown, used, or of a session that has ended: sign in again";
    Faults::one(FaultCode::InvalidToken, &["refresh_token"], message)
}
