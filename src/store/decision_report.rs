//! What a revision that is monitored would have answered, counted, with some of the differences.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::page;
use crate::authz::{ActionTally, Difference, Effect, KeepHouse, Tally, Visible};
use crate::domain::{
    DecisionId, Direction, Page, PageRequest, PolicyRevisionId, PolicyStack, ProjectSpaceId,
};
use chrono::TimeDelta;
use entity::{decision_difference, decision_tally};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Order, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};

/// Most differences of one revision that are kept: the tally goes on counting.
const DIFFERENCES_MAX: u64 = 1000;

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn kept(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn tally(row: decision_tally::Model) -> ActionTally {
    ActionTally {
        project_space: ProjectSpaceId(row.project_space_id),
        revision: PolicyRevisionId(row.revision_id),
        action: row.action,
        since: row.since,
        until: row.until,
        tally: Tally {
            agreed: count(row.agreed),
            gained: count(row.gained),
            lost: count(row.lost),
            told: count(row.told),
            unclear: count(row.unclear),
            faulted: count(row.faulted),
            not_asked: count(row.not_asked),
        },
    }
}

fn difference(row: decision_difference::Model) -> Result<Difference, StoreError> {
    Ok(Difference {
        decision: DecisionId(row.decision_id),
        project_space: ProjectSpaceId(row.project_space_id),
        revision: PolicyRevisionId(row.revision_id),
        at: row.at,
        action: row.action,
        effect: Effect::named(&row.effect).ok_or(StoreError::Inconsistent("effect of a difference"))?,
        was: row.was,
        would_be: row.would_be,
    })
}

impl Store {
    /// Adds to what was counted before, by whichever gateway.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_tallies(&self, tallies: &[ActionTally]) -> Result<(), StoreError> {
        use decision_tally::Column as Own;
        if tallies.is_empty() {
            return Ok(());
        }
        let rows = tallies.iter().map(|it| decision_tally::ActiveModel {
            project_space_id: Set(it.project_space.0),
            revision_id: Set(it.revision.0),
            action: Set(it.action.clone()),
            since: Set(it.since),
            until: Set(it.until),
            agreed: Set(kept(it.tally.agreed)),
            gained: Set(kept(it.tally.gained)),
            lost: Set(kept(it.tally.lost)),
            told: Set(kept(it.tally.told)),
            unclear: Set(kept(it.tally.unclear)),
            faulted: Set(kept(it.tally.faulted)),
            not_asked: Set(kept(it.tally.not_asked)),
        });
        let counts =
            [Own::Agreed, Own::Gained, Own::Lost, Own::Told, Own::Unclear, Own::Faulted, Own::NotAsked];
        let sums = counts.map(|column| {
            let (before, more) =
                (Expr::col((decision_tally::Entity, column)), Expr::col((Alias::new("excluded"), column)));
            (column, before.add(more))
        });
        let conflict = OnConflict::columns([Own::RevisionId, Own::Action])
            .values(sums)
            .update_column(Own::Until)
            .to_owned();
        self.note_new(&decision_tally::Entity::insert_many(rows).on_conflict(conflict).into_query()).await
    }

    /// Keeps differences, as many of a revision as there is room for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_differences(
        &self,
        revision: PolicyRevisionId,
        differences: &[Difference],
    ) -> Result<(), StoreError> {
        use decision_difference::Column as Own;
        let there = Query::select()
            .column(Own::DecisionId)
            .from(decision_difference::Entity)
            .and_where(Own::RevisionId.eq(revision.0))
            .limit(DIFFERENCES_MAX)
            .to_owned();
        let room = DIFFERENCES_MAX.saturating_sub(self.count(there).await?);
        let rows = differences.iter().take(usize::try_from(room).unwrap_or_default()).map(|it| {
            decision_difference::ActiveModel {
                revision_id: Set(it.revision.0),
                decision_id: Set(it.decision.0),
                project_space_id: Set(it.project_space.0),
                at: Set(it.at),
                action: Set(it.action.clone()),
                effect: Set(it.effect.name().to_owned()),
                was: Set(it.was.clone()),
                would_be: Set(it.would_be.clone()),
            }
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Ok(());
        }
        let again = OnConflict::columns([Own::RevisionId, Own::DecisionId]).do_nothing().to_owned();
        self.note_new(&decision_difference::Entity::insert_many(rows).on_conflict(again).into_query()).await
    }

    /// What was counted of a revision, by action.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tallies(
        &self,
        stack: &Visible<PolicyStack>,
        revision: PolicyRevisionId,
    ) -> Result<Vec<ActionTally>, StoreError> {
        let mut query = decision_tally::Entity::find()
            .filter(decision_tally::Column::RevisionId.eq(revision.0))
            .filter(decision_tally::Column::ProjectSpaceId.eq(stack.project_space.0))
            .into_query();
        query.order_by(decision_tally::Column::Action, Order::Asc);
        Ok(self.all(&query).await?.into_iter().map(tally).collect())
    }

    /// A page of the differences that were kept of a revision, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn differences(
        &self,
        stack: &Visible<PolicyStack>,
        revision: PolicyRevisionId,
        request: &PageRequest,
    ) -> Result<Page<Difference>, StoreError> {
        use decision_difference::Column as Own;
        let mut query = decision_difference::Entity::find()
            .filter(Own::RevisionId.eq(revision.0))
            .filter(Own::ProjectSpaceId.eq(stack.project_space.0))
            .into_query();
        let column = |column: Own| Expr::col((decision_difference::Entity, column));
        let (at, id) = (column(Own::At), column(Own::DecisionId));
        page::cut(&mut query, request, at, id, Direction::Descending);
        let rows = self.all(&query).await?.into_iter().map(difference);
        Ok(Page::of(rows.collect::<Result<_, _>>()?, request))
    }
}

impl UnitOfWork<KeepHouse> {
    /// What was compared too long ago to keep.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_comparisons(&mut self, keep: TimeDelta) -> Result<u64, StoreError> {
        use decision_difference::Column as Own;
        let before = self.now - keep;
        let tallies = decision_tally::Entity::delete_many()
            .filter(decision_tally::Column::Until.lt(before))
            .exec(&self.tx)
            .await?;
        // Whole revisions at a time: there are at most so many of each.
        let old = Query::select()
            .distinct()
            .column(Own::RevisionId)
            .from(decision_difference::Entity)
            .and_where(Own::At.lt(before))
            .limit(1)
            .to_owned();
        let differences = decision_difference::Entity::delete_many()
            .filter(Own::At.lt(before))
            .filter(Own::RevisionId.in_subquery(old))
            .exec(&self.tx)
            .await?;
        Ok(tallies.rows_affected.saturating_add(differences.rows_affected))
    }
}
