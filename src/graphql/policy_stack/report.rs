use super::revision::PolicyRevisionObject;
use crate::authz::{Difference, Effect, Tally, Visible};
use crate::domain::{Cursor, CursorKey, PolicyStack};
use crate::graphql::context::ContextExt;
use crate::graphql::page::{PageArguments, connection, page_cost};
use crate::graphql::requires::requires;
use crate::service::policy_stack::{self, MonitorReport};
use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// What becomes of somebody who asks when one policy takes another's place.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Effect")]
pub enum PolicyEffect {
    /// May do what they might not.
    Gains,
    /// May no longer do what they might.
    Loses,
    /// Sees rows that they did not, and no longer sees others.
    Both,
    /// May or may not as before, and is told something else.
    Told,
    /// Sees rows by other rules, which may or may not be other rows.
    Unclear,
    /// Hears no answer: the policy failed.
    Fault,
}

/// How often two policies gave the same answer, and how they differed.
#[derive(SimpleObject, Debug, Clone)]
pub struct PolicyTally {
    /// The action; null for all together.
    action: Option<String>,
    /// How many decisions there were.
    decisions: u64,
    /// The same answer.
    agreed: u64,
    /// Would have been permitted, and were not; of lists, those with more rows.
    gained: u64,
    /// Were permitted, and would not have been; of lists, those with fewer rows.
    lost: u64,
    /// Would have been told something else.
    told: u64,
    /// Lists by other rules, which may or may not have other rows.
    unclear: u64,
    /// Would have got no answer: the policy failed.
    faulted: u64,
    /// Were not compared, because one of the policies could not be asked: there was too much to do at that moment. That says
    /// nothing about either.
    not_asked: u64,
}

impl PolicyTally {
    pub fn of(action: Option<String>, tally: Tally) -> Self {
        let Tally { agreed, gained, lost, told, unclear, faulted, not_asked } = tally;
        Self { action, decisions: tally.all(), agreed, gained, lost, told, unclear, faulted, not_asked }
    }
}

/// A decision that would have been another.
#[derive(SimpleObject)]
pub struct PolicyDifference {
    /// The decision: `explainDecision` tells all of it.
    decision_id: ID,
    /// When it was asked.
    at: DateTime<Utc>,
    /// The action.
    action: String,
    /// For better or worse.
    effect: PolicyEffect,
    /// What was answered, in words.
    was: String,
    /// What would have been.
    would_be: String,
}

impl From<Difference> for PolicyDifference {
    fn from(difference: Difference) -> Self {
        Self {
            decision_id: difference.decision.to_string().into(),
            at: difference.at,
            action: difference.action,
            effect: difference.effect.into(),
            was: difference.was,
            would_be: difference.would_be,
        }
    }
}

/// A page of differences.
type PolicyDifferenceConnection = Connection<String, PolicyDifference, EmptyFields>;

/// What a revision would have answered while it was monitored.
pub struct PolicyMonitorReport(pub Visible<PolicyStack>, pub MonitorReport);

/// What a revision would have answered while it was monitored: every question of the project space's people was put to it as
/// well, aside, and its answers were compared with those that counted.
#[Object]
impl PolicyMonitorReport {
    /// The revision.
    async fn revision(&self) -> PolicyRevisionObject {
        PolicyRevisionObject::from(self.1.revision.clone())
    }

    /// The first decision that was compared; null before there was one.
    async fn since(&self) -> Option<DateTime<Utc>> {
        self.1.since
    }

    /// All decisions together.
    async fn total(&self) -> PolicyTally {
        PolicyTally::of(None, self.1.tally)
    }

    /// By action.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn by_action(&self) -> Vec<PolicyTally> {
        let counted = self.1.by_action.iter();
        counted.map(|it| PolicyTally::of(Some(it.action.clone()), it.tally)).collect()
    }

    /// Decisions that would have been others, the newest first. Of each revision, the first thousand are kept.
    #[graphql(
        directive = requires::apply("policy.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn differences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<PolicyDifferenceConnection> {
        let list = format!("policy differences of {}", self.1.revision.id);
        let request = PageArguments { first, after, last, before }.request(ctx, &list)?;
        let found = policy_stack::differences(ctx.services(), &self.0, self.1.revision.id, &request).await;
        Ok(connection(
            ctx,
            &list,
            found.map_err(|failure| ctx.fail(&failure))?,
            EmptyFields,
            |it| Cursor { key: CursorKey::Time(it.at), id: it.decision.0 },
            PolicyDifference::from,
        ))
    }
}
