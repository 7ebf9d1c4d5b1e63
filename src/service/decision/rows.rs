//! Lists by different rules: which rows of today are in the one and not in the other. Rules that are written differently may
//! still be the same, and only rows show it.

use crate::authz::{
    Action, Answer, Condition, LoggedDecision, ReadAccessRequest, ReadGroup, ReadLocation, ReadMobileWorker,
    ReadWebUser, Rows, Scope,
};
use crate::domain::{
    GroupFilter, LocationFilter, MemberFilter, MobileWorkerFilter, Principal, ProjectSpaceId,
};
use crate::service::Services;
use crate::store::StoreError;
use std::collections::BTreeMap;
use std::time::Instant;

/// Most pairs of rules whose rows are counted: each is two counts.
const PAIRS_MAX: usize = 20;

/// What another rule does to some lists.
#[derive(Debug, PartialEq, Eq)]
pub struct ListChange {
    /// `mobile_worker.read`
    pub action: String,
    /// How many of the decisions were of these two rules.
    pub decisions: u64,
    /// Rows of today that would be in these lists, and were not.
    pub gained: u64,
    /// Rows of today that would be in them no longer.
    pub lost: u64,
}

/// Pairs of rules, and how many lists had them: by the action, the rule that was and the one that would be.
#[derive(Debug, Default)]
pub(super) struct Pairs(BTreeMap<(String, Condition, Condition), u64>);

impl Pairs {
    /// Remembers the rules of a list that may have other rows. What the log has only masks of cannot be looked for.
    pub(super) fn note(&mut self, decision: &LoggedDecision, answer: &Answer) {
        let (Answer::Rows(Rows::Only(was)), Answer::Rows(Rows::Only(is))) = (&decision.answer, answer) else {
            return;
        };
        if !decision.masked.is_empty() {
            return;
        }
        let pair = (decision.action.clone(), was.clone(), is.clone());
        if self.0.len() < PAIRS_MAX || self.0.contains_key(&pair) {
            let counted = self.0.entry(pair).or_default();
            *counted = counted.saturating_add(1);
        }
    }

    /// Counts the rows, of those that the principal may see. What cannot be counted is left out, and so is what there is no
    /// time for; those of most lists come first.
    pub(super) async fn count(
        self,
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        until: Instant,
    ) -> Vec<ListChange> {
        let mut pairs: Vec<_> = self.0.into_iter().collect();
        pairs.sort_by_key(|(_, decisions)| std::cmp::Reverse(*decisions));
        let mut changes = Vec::new();
        for ((action, was, is), decisions) in pairs {
            if Instant::now() >= until {
                break;
            }
            let gained = in_one_alone(&is, &was);
            let lost = in_one_alone(&was, &is);
            if let Some((gained, lost)) = counts(services, principal, space, &action, [gained, lost]).await {
                changes.push(ListChange { action, decisions, gained, lost });
            }
        }
        changes
    }
}

fn in_one_alone(one: &Condition, other: &Condition) -> Rows {
    Rows::Only(Condition::AllOf(vec![one.clone(), Condition::Not(Box::new(other.clone()))]))
}

/// How many rows of a list without a filter these two let through; nothing when they cannot be counted.
async fn counts(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    action: &str,
    [one, two]: [Rows; 2],
) -> Option<(u64, u64)> {
    let store = &services.store;
    let counted = match action {
        ReadMobileWorker::NAME => {
            let scope = seen::<ReadMobileWorker>(services, principal, space).await?;
            let filter = MobileWorkerFilter::default();
            let (one, two) = (scope.and(one), scope.and(two));
            (store.count_mobile_workers(&one, &filter).await, store.count_mobile_workers(&two, &filter).await)
        }
        ReadWebUser::NAME => {
            let scope = seen::<ReadWebUser>(services, principal, space).await?;
            let filter = MemberFilter::default();
            let (one, two) = (scope.and(one), scope.and(two));
            (store.count_members(&one, &filter).await, store.count_members(&two, &filter).await)
        }
        ReadGroup::NAME => {
            let scope = seen::<ReadGroup>(services, principal, space).await?;
            let filter = GroupFilter::default();
            let (one, two) = (scope.and(one), scope.and(two));
            (store.count_groups(&one, &filter).await, store.count_groups(&two, &filter).await)
        }
        ReadLocation::NAME => {
            let scope = seen::<ReadLocation>(services, principal, space).await?;
            let filter = LocationFilter::default();
            let (one, two) = (scope.and(one), scope.and(two));
            (store.count_locations(&one, &filter).await, store.count_locations(&two, &filter).await)
        }
        ReadAccessRequest::NAME => {
            let scope = seen::<ReadAccessRequest>(services, principal, space).await?;
            let (one, two) = (scope.and(one), scope.and(two));
            (store.count_access_requests(&one).await, store.count_access_requests(&two).await)
        }
        _ => return None,
    };
    match counted {
        (Ok(one), Ok(two)) => Some((one, two)),
        // The rules name what rows cannot be found by.
        (Err(StoreError::Inconsistent(_)), _) | (_, Err(StoreError::Inconsistent(_))) => None,
        // What was replayed is worth telling all the same.
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                action,
                "could not count rows of `{action}` for a replay"
            );
            None
        }
    }
}

/// The rows that whoever replays may see: of others they are not told how many there are. Nothing when the policy in force
/// has no answer.
async fn seen<A: Action>(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
) -> Option<Scope<A>> {
    services.authorizer.scope::<A>(principal, space).await.ok()
}
