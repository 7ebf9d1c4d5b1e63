use super::report::{PolicyEffect, PolicyTally};
use super::revision::PolicyRevisionObject;
use crate::domain::PolicyRevisionId;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ErrorCode;
use crate::graphql::requires::requires;
use crate::service::decision::{ListChange, Replayed, replay};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// How long one may take here; the command line has more time.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many decisions are replayed when nothing is said.
const LAST_DEFAULT: i32 = 1000;
/// Most decisions that are replayed over GraphQL.
const LAST_MAX: i32 = 5000;

/// What came of putting past decisions to a revision.
#[derive(SimpleObject)]
pub struct PolicyReplay {
    /// The revision.
    revision: PolicyRevisionObject,
    /// All decisions that could be asked again.
    total: PolicyTally,
    /// By action.
    by_action: Vec<PolicyTally>,
    /// Who would gain or lose something, most of them first: 100 at most.
    people: Vec<PolicyReplayPerson>,
    /// Some of the decisions that would have been others, the newest first: 100 at most.
    examples: Vec<PolicyReplayExample>,
    /// What lists that may have other rows would gain and lose of the rows of today, as far as you see them: 20 pairs of rules
    /// at most, those of most decisions first.
    lists: Vec<PolicyReplayList>,
    /// Decisions that could not be asked again: too long to keep, or asked otherwise by now.
    incomplete: u64,
    /// Decisions in which the revision looks at what the log has masked, so that its answer is not known.
    masked: u64,
    /// The oldest decision that was looked at.
    since: Option<DateTime<Utc>>,
    /// Whether time ran out before all were looked at: the newest come first.
    is_cut_short: bool,
}

/// Lists by one rule that would be by another.
#[derive(SimpleObject)]
pub struct PolicyReplayList {
    /// The action.
    action: String,
    /// How many of the decisions that is.
    decisions: u64,
    /// Rows of today that would be in these lists, and were not.
    gained: u64,
    /// Rows of today that would be in them no longer.
    lost: u64,
}

/// Somebody who would gain or lose something.
#[derive(SimpleObject)]
pub struct PolicyReplayPerson {
    /// A web user's `accountId`, or a mobile worker's id.
    principal_id: ID,
    /// How often they might what they might not.
    gained: u64,
    /// How often they might no longer, or would have heard no answer.
    lost: u64,
}

/// A decision that would have been another.
#[derive(SimpleObject)]
pub struct PolicyReplayExample {
    /// The decision: `explainDecision` tells all of it.
    decision_id: ID,
    /// When it was asked.
    at: DateTime<Utc>,
    /// Who asked: a web user's `accountId`, or a mobile worker's id.
    principal_id: Option<ID>,
    /// The action.
    action: String,
    /// For better or worse.
    effect: PolicyEffect,
    /// What was answered, in words.
    was: String,
    /// What would have been.
    would_be: String,
}

#[derive(Default)]
pub struct PolicyReplayQuery;

#[Object]
impl PolicyReplayQuery {
    /// Puts the last decisions that the log has to a revision: what it would have answered, each at its own moment. Nothing
    /// comes of it for anybody.
    #[graphql(
        directive = requires::apply("policy.read".to_owned()),
        directive = requires::apply("decision.read".to_owned()),
        complexity = "20 * child_complexity + 5000"
    )]
    async fn policy_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The revision's id")] revision: ID,
        #[graphql(desc = "So many decisions, the newest first: 1000 when left out, at most 5000.")]
        last: Option<i32>,
    ) -> Result<PolicyReplay> {
        let id = PolicyRevisionId::parse(&revision);
        let id = id.map_err(|error| ErrorCode::BadRequest.with(format!("`revision`: {error}")))?;
        let last = last.unwrap_or(LAST_DEFAULT);
        let Some(last) = u64::try_from(last).ok().filter(|_| (1..=LAST_MAX).contains(&last)) else {
            return Err(ErrorCode::BadRequest.with(format!("`last` must be between 1 and {LAST_MAX}")));
        };
        let replayed = replay(ctx.services(), ctx.principal(), id, last, PATIENCE, |_| {}).await;
        let (revision, replayed) = replayed.map_err(|failure| ctx.fail(&failure))?;
        Ok(PolicyReplay::of(PolicyRevisionObject::from(revision), replayed))
    }
}

impl PolicyReplay {
    fn of(revision: PolicyRevisionObject, replayed: Replayed) -> Self {
        let mut people: Vec<_> = replayed
            .people
            .into_iter()
            .map(|(id, (gained, lost))| PolicyReplayPerson { principal_id: id.into(), gained, lost })
            .collect();
        people.sort_by_key(|person| std::cmp::Reverse(person.gained.saturating_add(person.lost)));
        let examples = replayed.examples.into_iter().map(|it| PolicyReplayExample {
            decision_id: it.decision.to_string().into(),
            at: it.at,
            principal_id: it.identity.id().map(ID),
            action: it.action,
            effect: it.effect.into(),
            was: it.was,
            would_be: it.would_be,
        });
        let lists = replayed.lists.into_iter().map(|it| {
            let ListChange { action, decisions, gained, lost } = it;
            PolicyReplayList { action, decisions, gained, lost }
        });
        Self {
            revision,
            total: PolicyTally::of(None, replayed.tally),
            by_action: replayed
                .by_action
                .into_iter()
                .map(|(action, tally)| PolicyTally::of(Some(action), tally))
                .collect(),
            people,
            examples: examples.collect(),
            lists: lists.collect(),
            incomplete: replayed.incomplete,
            masked: replayed.masked,
            since: replayed.since,
            is_cut_short: replayed.is_cut_short,
        }
    }
}
