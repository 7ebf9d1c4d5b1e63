//! What the gateway does for itself, now and then.

use super::{Failure, Services};
use crate::authz::{Attributes, KeepHouse, Sealed};
use crate::domain::{Channel, Gateway, Origin, Principal};
use crate::store::HOUSEKEEPING_STEP;

/// What one step took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that ended long ago.
    pub sessions: u64,
    /// Links that are too old to work.
    pub links: u64,
    /// Requests for a new password that nobody could answer.
    pub requests: u64,
    /// Mails of long ago.
    pub mails: u64,
    /// Decisions that are too old or too many to keep.
    pub decisions: u64,
    /// Policy modules that no project space has any more.
    pub policy_modules: u64,
    /// Quarantines of policy modules that ended long ago.
    pub quarantines: u64,
}

impl Swept {
    /// Whether there may be more: a step takes no more than so much.
    pub fn is_full(&self) -> bool {
        [self.sessions, self.links, self.mails, self.decisions]
            .into_iter()
            .any(|swept| swept >= HOUSEKEEPING_STEP)
    }
}

/// Takes away, in one short transaction, some of what nobody needs any more. Safe to call from many gateways at once. Nothing
/// that people look at goes: no audit entry, no account, no invitation. (Kept answers to requests go with each new one.)
///
/// # Errors
/// [`Failure`].
pub async fn sweep(services: &Services) -> Result<Swept, Failure> {
    let job = Principal::system(Origin::new(Channel::Job, "housekeeping"));
    let gateway = Sealed::gateway(Gateway);
    let proof = services.authorizer.authorize::<KeepHouse>(&job, gateway, Attributes::new()).await?;
    let log = &services.decisions;
    let mut work = services.store.begin(proof).await?;
    let mut decisions = work.sweep_decisions(log.keep_for()).await?;
    // One project space a step: the next follows at once where there may be more.
    if decisions < HOUSEKEEPING_STEP
        && let Some(space) = log.grown()
    {
        decisions = work.sweep_decisions_of(space, log.keep_rows()).await?;
        if decisions >= HOUSEKEEPING_STEP {
            log.grew(space);
        }
    }
    decisions = decisions.saturating_add(work.sweep_comparisons(log.keep_for()).await?);
    let swept = Swept {
        sessions: work.sweep_sessions().await?,
        links: work.sweep_links().await?,
        requests: work.sweep_requests().await?,
        mails: work.sweep_mails().await?,
        decisions,
        policy_modules: work.sweep_policy_modules().await?,
        quarantines: work.sweep_quarantines().await?,
    };
    work.commit_routine().await?;
    Ok(swept)
}
