use crate::authz::{ActionTally, Difference, Tally, Visible};
use crate::domain::{Page, PageRequest, PolicyRevision, PolicyRevisionId, PolicyStack};
use crate::service::{Failure, Services};
use chrono::{DateTime, Utc};

/// What a revision would have answered while it was monitored.
#[derive(Debug, Clone)]
pub struct MonitorReport {
    /// The revision.
    pub revision: PolicyRevision,
    /// The first decision that was compared; nothing before there was one.
    pub since: Option<DateTime<Utc>>,
    /// All together.
    pub tally: Tally,
    /// By action.
    pub by_action: Vec<ActionTally>,
}

/// How often the revision that is monitored, or this one, agreed with the one in force, and how it differed. Nothing where
/// none is, or there is no such revision.
///
/// # Errors
/// [`Failure`].
pub async fn monitor_report(
    services: &Services,
    stack: &Visible<PolicyStack>,
    revision: Option<PolicyRevisionId>,
) -> Result<Option<MonitorReport>, Failure> {
    let Some(id) = revision.or(stack.monitored.map(|monitored| monitored.id)) else { return Ok(None) };
    let Some(revision) = services.store.policy_revision(stack, id).await? else { return Ok(None) };
    let by_action = services.store.tallies(stack, id).await?;
    Ok(Some(MonitorReport {
        revision,
        since: by_action.iter().map(|counted| counted.since).min(),
        tally: by_action.iter().fold(Tally::default(), |all, counted| all.and(counted.tally)),
        by_action,
    }))
}

/// A page of the decisions that it would have made otherwise, the newest first. Of each revision, the first thousand are
/// kept.
///
/// # Errors
/// [`Failure`].
pub async fn differences(
    services: &Services,
    stack: &Visible<PolicyStack>,
    revision: PolicyRevisionId,
    page: &PageRequest,
) -> Result<Page<Difference>, Failure> {
    Ok(services.store.differences(stack, revision, page).await?)
}
