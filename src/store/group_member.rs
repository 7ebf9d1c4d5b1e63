//! Who is in a group, changed from the group's side. A worker's own side is in `mobile_worker`.

use super::connection::UnitOfWork;
use super::error::StoreError;
use crate::authz::{AssignGroup, Visible};
use crate::domain::{Group, MobileWorker};
use entity::{group, mobile_worker, mobile_worker_group};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::{Value as Json, json};

impl UnitOfWork<AssignGroup> {
    /// Puts workers into the group, behind the groups that they are in already.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the group has been deleted or one of the workers changed since they were judged.
    pub async fn add_members(&mut self, workers: &[Visible<MobileWorker>]) -> Result<(), StoreError> {
        self.touch(workers).await?;
        let group = self.proof.resource();
        let rows = workers.iter().map(|worker| mobile_worker_group::ActiveModel {
            worker_id: Set(worker.id.0),
            project_space_id: Set(group.project_space.0),
            group_id: Set(group.id.0),
            position: Set(i32::try_from(worker.profile.groups.len()).unwrap_or(i32::MAX)),
        });
        let key = [mobile_worker_group::Column::WorkerId, mobile_worker_group::Column::GroupId];
        mobile_worker_group::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(&self.tx)
            .await?;
        self.changed("members_added", json!([]), ids(workers));
        self.show_the_change()
    }

    /// Takes workers out of the group.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the group has been deleted or one of the workers changed since they were judged.
    pub async fn remove_members(&mut self, workers: &[Visible<MobileWorker>]) -> Result<(), StoreError> {
        self.touch(workers).await?;
        mobile_worker_group::Entity::delete_many()
            .filter(mobile_worker_group::Column::GroupId.eq(self.proof.resource().id.0))
            .filter(mobile_worker_group::Column::WorkerId.is_in(workers.iter().map(|worker| worker.id.0)))
            .exec(&self.tx)
            .await?;
        self.changed("members_removed", json!([]), ids(workers));
        self.show_the_change()
    }

    fn show_the_change(&mut self) -> Result<(), StoreError> {
        let group = Group { updated_at: self.now, ..self.proof.resource().clone() };
        Ok(self.proof.refresh(group)?)
    }

    /// What a worker is in is part of the worker: the group must still be there, and each of them as it was judged.
    async fn touch(&self, workers: &[Visible<MobileWorker>]) -> Result<(), StoreError> {
        let group = group::Entity::update_many()
            .col_expr(group::Column::UpdatedAt, Expr::val(self.now))
            .filter(group::Column::Id.eq(self.proof.resource().id.0))
            .filter(group::Column::IsDeleted.eq(false))
            .exec(&self.tx)
            .await?;
        let as_judged = workers.iter().fold(Condition::any(), |any, worker| {
            let version = mobile_worker::Column::Version.eq(worker.version);
            any.add(mobile_worker::Column::Id.eq(worker.id.0).and(version))
        });
        let touched = mobile_worker::Entity::update_many()
            .col_expr(mobile_worker::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(mobile_worker::Column::Version, Expr::col(mobile_worker::Column::Version).add(1))
            .filter(as_judged)
            .exec(&self.tx)
            .await?;
        let all = u64::try_from(workers.len()).unwrap_or(u64::MAX);
        if (group.rows_affected, touched.rows_affected) == (1, all) { Ok(()) } else { Err(StoreError::Stale) }
    }
}

fn ids(workers: &[Visible<MobileWorker>]) -> Json {
    json!(workers.iter().map(|worker| worker.id.to_string()).collect::<Vec<_>>())
}
