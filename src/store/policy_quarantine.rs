//! When policy modules were left alone for a while.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::policy_stack::name;
use crate::authz::KeepHouse;
use crate::domain::{PolicyQuarantine, PolicyQuarantineId, PolicyStack, Quarantined};
use chrono::{DateTime, TimeDelta, Utc};
use entity::policy_quarantine::{self, Column};
use entity::policy_revision;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait};
use std::time::Duration;
use uuid::Uuid;

/// How long they are told of after they ended.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Most of them that are told at once.
const TOLD_MAX: u64 = 20;

#[derive(FromQueryResult)]
struct Row {
    policy: String,
    revision_id: Option<Uuid>,
    revision_number: Option<i32>,
    is_monitored: bool,
    stack_version: i32,
    began_at: DateTime<Utc>,
    until_at: DateTime<Utc>,
}

impl Store {
    /// Notes that this gateway leaves a module of this version of the stack alone: that it has done so for the time `since`.
    /// Nobody did that, and nobody could be denied it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_quarantine(
        &self,
        quarantined: &Quarantined,
        stack_version: i32,
        since: Duration,
    ) -> Result<(), StoreError> {
        let delta = |duration| TimeDelta::from_std(duration).unwrap_or_default();
        let began_at = self.now() - delta(since);
        let lasts = delta(quarantined.lasts);
        let insert = Query::insert()
            .into_table(policy_quarantine::Entity)
            .columns([
                Column::Id,
                Column::ProjectSpaceId,
                Column::Policy,
                Column::RevisionId,
                Column::IsMonitored,
                Column::StackVersion,
                Column::BeganAt,
                Column::UntilAt,
            ])
            .values_panic([
                PolicyQuarantineId::fresh(began_at).0.into(),
                quarantined.project_space.0.into(),
                quarantined.policy.as_str().into(),
                quarantined.revision.map(|it| it.0).into(),
                quarantined.is_monitored.into(),
                stack_version.into(),
                began_at.into(),
                (began_at + lasts).into(),
            ])
            .to_owned();
        self.note_new(&insert).await
    }

    /// The latest quarantines of modules in this stack, the latest first. Those of an earlier version of it have ended
    /// with that version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_quarantines(&self, stack: &PolicyStack) -> Result<Vec<PolicyQuarantine>, StoreError> {
        use policy_revision::Column as Revision;
        let own = |column: Column| (policy_quarantine::Entity, column);
        let revision = |column: Revision| (policy_revision::Entity, column);
        let query = policy_quarantine::Entity::find()
            .filter(Column::ProjectSpaceId.eq(stack.project_space.0))
            .into_query()
            .left_join(
                policy_revision::Entity,
                Expr::col(revision(Revision::Id)).eq(Expr::col(own(Column::RevisionId))),
            )
            .expr_as(Expr::col(revision(Revision::Number)), Alias::new("revision_number"))
            .order_by(own(Column::BeganAt), Order::Desc)
            .order_by(own(Column::Id), Order::Desc)
            .limit(TOLD_MAX)
            .to_owned();
        let rows: Vec<Row> = self.all(&query).await?;
        let now = self.now();
        let told = |row: Row| PolicyQuarantine {
            policy: row.policy,
            revision: name(row.revision_id, row.revision_number),
            is_monitored: row.is_monitored,
            began_at: row.began_at,
            until: row.until_at,
            is_over: row.until_at <= now || row.stack_version != stack.version,
        };
        Ok(rows.into_iter().map(told).collect())
    }
}

impl UnitOfWork<KeepHouse> {
    /// Quarantines of long ago.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_quarantines(&mut self) -> Result<u64, StoreError> {
        let old = Column::UntilAt.lt(self.now - KEPT);
        Ok(policy_quarantine::Entity::delete_many().filter(old).exec(&self.tx).await?.rows_affected)
    }
}
