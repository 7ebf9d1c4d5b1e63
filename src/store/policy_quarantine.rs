//! When policy modules were left alone for a while.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use crate::authz::KeepHouse;
use crate::domain::{PolicyQuarantine, PolicyQuarantineId, PolicyStack, ProjectSpaceId};
use chrono::TimeDelta;
use entity::policy_quarantine::{self, Column};
use sea_orm::sea_query::{Order, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

/// How long they are told of after they ended.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Most of them that are told at once.
const TOLD_MAX: u64 = 20;

impl Store {
    /// Notes that this gateway leaves a module of this version of the stack alone, from now on and for so long. Nobody did
    /// that, and nobody could be denied it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_quarantine(
        &self,
        space: ProjectSpaceId,
        stack_version: i32,
        policy: &str,
        lasts: TimeDelta,
    ) -> Result<(), StoreError> {
        let began_at = self.now();
        let insert = Query::insert()
            .into_table(policy_quarantine::Entity)
            .columns([
                Column::Id,
                Column::ProjectSpaceId,
                Column::Policy,
                Column::StackVersion,
                Column::BeganAt,
                Column::UntilAt,
            ])
            .values_panic([
                PolicyQuarantineId::fresh(began_at).0.into(),
                space.0.into(),
                policy.into(),
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
        let query = policy_quarantine::Entity::find()
            .filter(Column::ProjectSpaceId.eq(stack.project_space.0))
            .into_query()
            .order_by(Column::BeganAt, Order::Desc)
            .order_by(Column::Id, Order::Desc)
            .limit(TOLD_MAX)
            .to_owned();
        let rows: Vec<policy_quarantine::Model> = self.all(&query).await?;
        let now = self.now();
        let told = |row: policy_quarantine::Model| PolicyQuarantine {
            policy: row.policy,
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
