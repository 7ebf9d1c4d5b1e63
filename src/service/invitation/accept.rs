use crate::authn::{AuthnError, Secret};
use crate::authz::{AcceptInvitation, Attributes, Authorized};
use crate::domain::{
    FaultCode, Faults, Identity, InvitationLink, InvitationStatus, NewAccount, NewAccountInput, Outdated,
    Principal, SignIn, WebUserId,
};
use crate::service::session::{self, SignedIn};
use crate::service::{Failure, Refused, Services};
use crate::store::{Joining, StoreError};

/// Who accepted an invitation.
#[derive(Debug)]
pub enum Accepted {
    /// Somebody new: they are signed in by that.
    New(SignedIn),
    /// Somebody who was signed in, with the rights that they have now. Their session goes on.
    Known(Principal),
}

/// Accepts an invitation, and signs in who has a new account by that.
///
/// # Errors
/// As [`accept`].
pub async fn accept_and_sign_in(
    services: &Services,
    principal: &Principal,
    token: String,
    input: &NewAccountInput,
) -> Result<Accepted, Refused> {
    let joined = accept(services, principal, token, input).await?;
    match principal.identity {
        Identity::Anonymous => Ok(Accepted::New(session::open(services, joined).await?)),
        _ => Ok(Accepted::Known(joined)),
    }
}

/// Accepts an invitation by its link: once. Somebody who has an account must have signed in with it; anybody else gives
/// what a new account needs. Gives who accepted, with the rights that they have now.
///
/// # Errors
/// [`Refused`]: the link is none, used or too old; it is for another account; all faults of a new account together. Then
/// nothing has changed. A failure.
pub async fn accept(
    services: &Services,
    principal: &Principal,
    token: String,
    input: &NewAccountInput,
) -> Result<Principal, Refused> {
    let token_hash = Secret::sent(token).hash();
    let proof = pending(services, principal, &token_hash).await?;
    let link = proof.resource();
    let who = who_joins(principal, link, input)?;
    outdated(link)?;
    let account = match &who {
        Who::Known(id) => join(services, principal, &token_hash, proof, Joining::Account(*id)).await?,
        Who::New(new) => {
            let password_hash = services.authenticator.passwords.hash(new.password.clone()).await?;
            join(services, principal, &token_hash, proof, Joining::New(new, password_hash)).await?
        }
    };
    let signed_in_by = match who {
        Who::Known(_) => principal.signed_in_by,
        Who::New(_) => SignIn::Password,
    };
    let origin = principal.origin.clone();
    let joined = services.authenticator.principal(Identity::WebUser(account), signed_in_by, origin).await;
    let joined = joined.map_err(|error| match error {
        // Deactivated between two statements.
        AuthnError::Invalid => Failure::Conflict,
        other => other.into(),
    })?;
    Ok(Principal { session: principal.session, ..joined })
}

/// Who accepts.
enum Who {
    Known(WebUserId),
    New(NewAccount),
}

/// The invitation of a link that works.
async fn pending(
    services: &Services,
    principal: &Principal,
    token_hash: &[u8],
) -> Result<Authorized<AcceptInvitation>, Refused> {
    let link = services.store.invitation_link(token_hash).await?;
    let Some(link) = link else { return Err(invalid().into()) };
    let proof = services.authorizer.authorize::<AcceptInvitation>(principal, link, Attributes::new()).await?;
    let invitation = &proof.resource().invitation;
    match invitation.status(services.clock.now()) {
        InvitationStatus::Pending => Ok(proof),
        InvitationStatus::Accepted => {
            let message = "the invitation has been accepted: its link is good once. Sign in instead";
            Err(Faults::one(FaultCode::InvitationUsed, &["token"], message).into())
        }
        InvitationStatus::Expired => {
            let message = "the invitation was not accepted in time: ask to be invited again";
            Err(Faults::one(FaultCode::InvitationExpired, &["token"], message).into())
        }
        // No more is said than of a link that never was.
        InvitationStatus::Revoked => Err(invalid().into()),
    }
}

fn who_joins(principal: &Principal, link: &InvitationLink, input: &NewAccountInput) -> Result<Who, Faults> {
    match (principal.identity, link.account) {
        // A script does not agree to anything in its owner's name.
        (Identity::WebUser(id), Some(account))
            if id == account && principal.signed_in_by != SignIn::ApiKey =>
        {
            Ok(Who::Known(id))
        }
        (Identity::Anonymous, Some(_)) => Err(sign_in(link)),
        (Identity::Anonymous, None) => Ok(Who::New(input.parse(link)?)),
        (Identity::WebUser(_) | Identity::MobileWorker(_) | Identity::System, _) => {
            let invited = &link.invitation.email;
            let message =
                format!("the invitation is for `{invited}`: sign out, or sign in with that address");
            Err(Faults::one(FaultCode::WrongAccount, &[], message))
        }
    }
}

/// What an invitation gives was judged when it was made; what is archived since is given to nobody.
fn outdated(link: &InvitationLink) -> Result<(), Faults> {
    match link.outdated {
        None => Ok(()),
        Some(Outdated::Role) => {
            let message = "the role of this invitation is no longer in use: ask to be invited again";
            Err(Faults::one(FaultCode::RoleNotAssignable, &[], message))
        }
        Some(Outdated::Location) => {
            let message = "a location of this invitation is no longer in use: ask to be invited again";
            Err(Faults::one(FaultCode::LocationOutOfReach, &[], message))
        }
    }
}

async fn join(
    services: &Services,
    principal: &Principal,
    token_hash: &[u8],
    proof: Authorized<AcceptInvitation>,
    who: Joining<'_>,
) -> Result<WebUserId, Refused> {
    let given = match &who {
        Joining::Account(_) => None,
        Joining::New(new, _) => Some(new.email.clone()),
    };
    let mut work = services.store.begin(proof).await?;
    let refused = match work.accept(who).await {
        Ok(account) => {
            let _done = work.commit().await?;
            return Ok(account);
        }
        Err(refused @ (StoreError::Stale | StoreError::Conflict(_))) => refused,
        Err(other) => return Err(other.into()),
    };
    // Its transaction ends here: the next look needs the connection.
    drop(work);
    // Somebody else was faster. If they used this very link, that is the answer.
    let link = pending(services, principal, token_hash).await?;
    let link = link.resource();
    match (refused, given) {
        (StoreError::Conflict(_), Some(email)) if email == link.invitation.email => Err(sign_in(link).into()),
        (StoreError::Conflict(_), Some(_)) => {
            let message = "this address cannot be used: use the one that was invited, or another one";
            Err(Faults::one(FaultCode::NameTaken, &["email"], message).into())
        }
        _ => Err(Failure::Conflict.into()),
    }
}

fn sign_in(link: &InvitationLink) -> Faults {
    let message =
        format!("there is an account for `{}`: sign in with it, then accept", link.invitation.email);
    Faults::one(FaultCode::SignInRequired, &[], message)
}

fn invalid() -> Faults {
    let message = "the link is not valid: use the one in the newest mail, or ask to be invited again";
    Faults::one(FaultCode::InvalidToken, &["token"], message)
}
