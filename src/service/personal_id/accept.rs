use super::port::account;
use crate::authn::Secret;
use crate::authz::{AcceptPersonalIdInvite, Attributes, Authorized, Visible};
use crate::domain::personal_id::feature_disabled;
use crate::domain::{
    FaultCode, Faults, InviteState, LinkStatus, MobileWorkerStatus, PersonalIdAccount, PersonalIdInviteLink,
    Principal,
};
use crate::service::{Failure, Refused, Services};
use crate::store::{InviteKey, StoreError};

/// What the tokens of links begin with; anything else is a code.
const TOKEN_PREFIX: &str = "fgl_";

/// Accepts an invite by its link's token or its code, with a token of the PersonalID account that is to be linked. Once; the
/// same account again gets the same answer, as phones lose answers.
///
/// # Errors
/// [`Refused`]: the invite is none, used or too old; the PersonalID token is not valid; the account is linked to another
/// worker. What is wrong with either token is told together. A failure.
pub async fn accept(
    services: &Services,
    principal: &Principal,
    token: String,
    personal_id_token: &str,
) -> Result<Visible<PersonalIdInviteLink>, Refused> {
    let account = account(services, personal_id_token).await?;
    let key = invite_key(services, token);
    let (proof, account) = match (found(services, principal, &key).await?, account) {
        (Ok(proof), Ok(account)) => (proof, account),
        (Ok(_), Err(faults)) | (Err(faults), Ok(_)) => return Err(faults.into()),
        (Err(mut faults), Err(others)) => {
            faults.extend(others);
            return Err(faults.into());
        }
    };
    if is_done(proof.resource(), &account) {
        return Ok(proof.into_visible());
    }
    open(proof.resource(), services)?;
    let mut work = services.store.begin(proof).await?;
    let refused = match work.accept(&account).await {
        Ok(()) => return Ok(work.commit().await?.into_visible()),
        Err(refused) => refused,
    };
    // Its transaction ends here: the next look needs the connection.
    drop(work);
    match refused {
        StoreError::Conflict(_) => Err(taken().into()),
        StoreError::Stale => {
            // Somebody was faster. If it was this very account, that is the answer.
            let proof = found(services, principal, &key).await??;
            if is_done(proof.resource(), &account) {
                return Ok(proof.into_visible());
            }
            open(proof.resource(), services)?;
            Err(Failure::Conflict.into())
        }
        other => Err(other.into()),
    }
}

/// A token that was sent, or a code that was typed.
pub(super) fn invite_key(services: &Services, token: String) -> InviteKey {
    if token.starts_with(TOKEN_PREFIX) {
        InviteKey::Token(Secret::sent(token).hash())
    } else {
        InviteKey::Code(services.authenticator.key.code_hash(&token))
    }
}

/// The account is linked to another worker of the project space.
pub(super) fn taken() -> Faults {
    let message =
        "this PersonalID account is linked to another worker of this project space, perhaps a deleted one";
    Faults::one(FaultCode::PersonalIdTaken, &["personal_id_token"], message)
}

/// The invite, if it was ever one of a worker who is there.
async fn found(
    services: &Services,
    principal: &Principal,
    key: &InviteKey,
) -> Result<Result<Authorized<AcceptPersonalIdInvite>, Faults>, Refused> {
    let Some(link) = services.store.personal_id_invite(key).await? else { return Ok(Err(invalid())) };
    let proof =
        services.authorizer.authorize::<AcceptPersonalIdInvite>(principal, link, Attributes::new()).await?;
    let link = proof.resource();
    // No more is said than of an invite that never was.
    if link.state == InviteState::Replaced || link.worker.status == MobileWorkerStatus::Deleted {
        return Ok(Err(invalid()));
    }
    Ok(Ok(proof))
}

/// Whether this account has accepted this invite already, and is linked by it.
fn is_done(link: &PersonalIdInviteLink, account: &PersonalIdAccount) -> bool {
    let linked = link.worker.link.as_ref().filter(|link| link.status == LinkStatus::Active);
    let linked = linked.and_then(|link| link.account.as_ref());
    link.state == InviteState::Accepted && linked.is_some_and(|linked| linked.is(account))
}

/// Whether the invite can be accepted now.
fn open(link: &PersonalIdInviteLink, services: &Services) -> Result<(), Faults> {
    let Some(linked) = &link.worker.link else { return Err(feature_disabled(&[])) };
    if link.state == InviteState::Accepted {
        let message = "the invite has been accepted: it is good once";
        return Err(Faults::one(FaultCode::InvitationUsed, &["token"], message));
    }
    if link.expires_at <= services.clock.now() {
        let message = "the invite was not accepted in time: ask to be invited again";
        return Err(Faults::one(FaultCode::InvitationExpired, &["token"], message));
    }
    if link.worker.status != MobileWorkerStatus::Active {
        let message = "the account that the invite is for cannot sign in at the moment";
        return Err(Faults::one(FaultCode::InvalidState, &["token"], message));
    }
    if linked.status != LinkStatus::NotLinked {
        let message = "the account that the invite is for has a PersonalID link already";
        return Err(Faults::one(FaultCode::AlreadyLinked, &["token"], message));
    }
    Ok(())
}

fn invalid() -> Faults {
    let message = "the invite is not valid: use the newest one, or ask to be invited again";
    Faults::one(FaultCode::InvalidToken, &["token"], message)
}
