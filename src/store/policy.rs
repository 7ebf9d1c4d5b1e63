//! Policy modules and the stacks that project spaces have made of them.

use super::connection::Store;
use super::error::StoreError;
use crate::domain::ProjectSpaceId;
use entity::{policy_module, policy_stack, policy_stack_entry};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryTrait};

/// One module of a stack, as it is kept.
#[derive(Debug, Clone, FromQueryResult)]
pub struct StoredModule {
    /// SHA-256 of the component in hexadecimal digits.
    pub digest: String,
    /// The component.
    pub component: Vec<u8>,
    /// The project space's settings for it: JSON, or empty.
    pub settings: String,
}

impl Store {
    /// The project spaces that have a stack of their own, with its version: a higher one tells of a change.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_stacks(&self) -> Result<Vec<(ProjectSpaceId, i64)>, StoreError> {
        let rows: Vec<policy_stack::Model> = self.all(&policy_stack::Entity::find().into_query()).await?;
        Ok(rows.into_iter().map(|row| (ProjectSpaceId(row.project_space_id), row.version)).collect())
    }

    /// The modules of a project space's stack, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_stack(&self, space: ProjectSpaceId) -> Result<Vec<StoredModule>, StoreError> {
        let query = Query::select()
            .column((policy_module::Entity, policy_module::Column::Digest))
            .column((policy_module::Entity, policy_module::Column::Component))
            .column((policy_stack_entry::Entity, policy_stack_entry::Column::Settings))
            .from(policy_stack_entry::Entity)
            .inner_join(
                policy_module::Entity,
                Expr::col((policy_module::Entity, policy_module::Column::Digest))
                    .equals((policy_stack_entry::Entity, policy_stack_entry::Column::Digest)),
            )
            .and_where(policy_stack_entry::Column::ProjectSpaceId.eq(space.0))
            .order_by((policy_stack_entry::Entity, policy_stack_entry::Column::Position), Order::Asc)
            .to_owned();
        self.all(&query).await
    }
}
