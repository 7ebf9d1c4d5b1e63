//! Workers whose date of deactivation has come.

use super::connection::Store;
use super::error::StoreError;
use super::mobile_worker::{MobileWorkerRow, sealed, select};
use crate::authz::Sealed;
use crate::domain::{MobileWorker, MobileWorkerStatus};
use chrono::{DateTime, Utc};
use entity::mobile_worker;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Order;

impl Store {
    /// The active worker whose date of deactivation came first, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_to_deactivate(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Option<Sealed<MobileWorker>>, StoreError> {
        let column = |column: mobile_worker::Column| (mobile_worker::Entity, column);
        let query = select(self.backend())
            .and_where(mobile_worker::Column::DeactivateAfter.lte(now))
            .and_where(mobile_worker::Column::Status.eq(MobileWorkerStatus::Active.name()))
            .order_by(column(mobile_worker::Column::DeactivateAfter), Order::Asc)
            .order_by(column(mobile_worker::Column::Id), Order::Asc)
            .limit(1)
            .to_owned();
        self.one::<MobileWorkerRow>(&query).await?.map(sealed).transpose()
    }
}
