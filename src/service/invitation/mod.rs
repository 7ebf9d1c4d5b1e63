//! Invitations of web users.

mod accept;
mod create;
mod delete;
mod list;
mod preview;
mod read;
mod resend;
mod update;

pub use accept::{Accepted, accept, accept_and_sign_in};
pub use create::create;
pub use delete::delete;
pub use list::{count, list};
pub use preview::preview;
pub use read::read;
pub use resend::resend;
pub use update::update;

use super::assignment::proposed;
use super::{Failure, Refused, Services, host_rule};
use crate::authn::{LinkSeed, NoRandomness};
use crate::authz::{Action, Attributes, Authorized};
use crate::domain::{Email, FaultCode, Faults, Invitation, InvitationId, InvitationState, Principal};
use crate::store::NewLink;

/// Reads an invitation and asks whether the caller may do this to it: the policy first, then the rules that no policy can
/// switch off. `version` is what the caller last saw, if they say.
async fn judged<A: Action<Resource = Invitation>>(
    services: &Services,
    principal: &Principal,
    id: InvitationId,
    version: Option<i32>,
) -> Result<Authorized<A>, Refused> {
    let invitation = services.store.invitation(id).await?;
    let Some(invitation) = invitation else { return Err(super::project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize::<A>(principal, invitation, Attributes::new()).await?;
    unchanged(&proof, version)?;
    host_rule::check_invitation(services, principal, A::NAME, &proof, proof.resource()).await?.check()?;
    Ok(proof)
}

fn unchanged<A: Action<Resource = Invitation>>(
    proof: &Authorized<A>,
    version: Option<i32>,
) -> Result<(), Failure> {
    match version {
        Some(version) if version != proof.resource().version => Err(Failure::Conflict),
        _ => Ok(()),
    }
}

/// An invitation that is still to be accepted, be it too late for that.
fn open(invitation: &Invitation) -> Result<(), Faults> {
    let message = match invitation.state {
        InvitationState::Pending => return Ok(()),
        InvitationState::Accepted => "the invitation has been accepted: change the web user instead",
        InvitationState::Revoked => "the invitation is deleted: invite them again",
    };
    Err(Faults::one(FaultCode::InvalidState, &["id"], message))
}

/// A link that nobody has had before.
pub(super) fn new_link(services: &Services) -> Result<NewLink, NoRandomness> {
    let seed = LinkSeed::random()?;
    let token = services.authenticator.key.link_token(&seed);
    Ok(NewLink { seed: seed.hex(), token_hash: token.hash() })
}

fn already_member(path: &[&str], email: &Email) -> Faults {
    let message = format!("`{email}` belongs to this project space already");
    Faults::one(FaultCode::AlreadyMember, path, message)
}
