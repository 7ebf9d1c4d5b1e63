use super::{link_of, not_configured};
use crate::authn::LinkSeed;
use crate::authz::{InvitePersonalId, Visible};
use crate::domain::personal_id::INVITE_LIFETIME;
use crate::domain::{Faults, LinkStep, MobileWorker, MobileWorkerId, MobileWorkerStatus, Principal};
use crate::service::mobile_worker::{judged, wrong_state};
use crate::service::{Refused, Services};
use crate::store::NewInvite;

/// A worker who was invited.
#[derive(Debug)]
pub struct Invited {
    /// The worker.
    pub worker: Visible<MobileWorker>,
    /// What to hand over where no mail could be sent.
    pub handover: Option<Handover>,
}

/// An invite to be handed over to a worker without an e-mail address: by message, on paper, or as an image to scan. Shown
/// once.
#[derive(Debug)]
pub struct Handover {
    /// Opened on the worker's phone.
    pub link: String,
    /// Typed there instead.
    pub code: String,
}

/// Invites a worker who has no link to make one: by mail, or, where they have no address, by a link and a code to hand over.
/// An earlier invite is replaced, and its link works no longer.
///
/// # Errors
/// [`Refused`]: there is a link already, the worker cannot sign in anyway, the project space has no links, or the gateway
/// does not know PersonalID; a failure.
pub async fn invite(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
) -> Result<Invited, Refused> {
    let proof = judged::<InvitePersonalId>(services, principal, id, version).await?;
    let worker = proof.resource();
    let link = link_of(worker)?;
    if services.personal_id.is_none() {
        return Err(not_configured().into());
    }
    let _active = link.status.after(LinkStep::Link).map_err(Faults::from)?;
    if worker.status != MobileWorkerStatus::Active {
        return Err(wrong_state("the worker cannot sign in: activate them first"));
    }
    let has_address = worker.profile.email.is_some();
    let seed = LinkSeed::random()?;
    let key = &services.authenticator.key;
    let (token, code) = (key.link_token(&seed), key.link_code(&seed));
    let mut work = services.store.begin(proof).await?;
    let new = NewInvite {
        seed: seed.hex(),
        token_hash: token.hash(),
        code_hash: key.code_hash(code.reveal()),
        expires_at: work.now() + INVITE_LIFETIME,
    };
    work.invite(&new).await?;
    let worker = work.commit().await?.into_visible();
    // With an address it goes there and nowhere else: whoever holds it becomes the worker.
    let handover = (!has_address).then(|| Handover {
        link: format!("{}/personal-id/{}", services.public_url, token.reveal()),
        code: code.reveal().to_owned(),
    });
    Ok(Invited { worker, handover })
}
