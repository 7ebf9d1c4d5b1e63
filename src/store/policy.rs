//! What gateways follow: which revision is in force in each project space, and the bytes to run it with.

use super::connection::Store;
use super::error::StoreError;
use crate::authz::StackModule;
use crate::domain::{PolicyEntry, PolicyRevisionId, ProjectSpaceId};
use entity::{policy_module, policy_revision_entry, policy_stack};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait};

/// What a gateway must run for a project space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowedStack {
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// A higher one tells of a change.
    pub version: i32,
    /// The revision in force; none for `standard`.
    pub active: Option<PolicyRevisionId>,
    /// The revision that is monitored.
    pub monitored: Option<PolicyRevisionId>,
}

/// A module of a revision, with its bytes as far as they are still there.
#[derive(FromQueryResult)]
struct EntryRow {
    digest: Option<String>,
    settings: String,
    component: Option<Vec<u8>>,
}

impl Store {
    /// What is in force in every project space that ever had a policy of its own, in one statement.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_stacks(&self) -> Result<Vec<FollowedStack>, StoreError> {
        let rows: Vec<policy_stack::Model> = self.all(&policy_stack::Entity::find().into_query()).await?;
        let followed = |row: policy_stack::Model| FollowedStack {
            project_space: ProjectSpaceId(row.project_space_id),
            version: row.version,
            active: row.active_revision_id.map(PolicyRevisionId),
            monitored: row.monitored_revision_id.map(PolicyRevisionId),
        };
        Ok(rows.into_iter().map(followed).collect())
    }

    /// The modules of a revision in order, as they are loaded. One whose bytes are gone has none: it does not load.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_modules_to_load(
        &self,
        revision: PolicyRevisionId,
    ) -> Result<Vec<StackModule>, StoreError> {
        let entry = |column| Expr::col((policy_revision_entry::Entity, column));
        let query = Query::select()
            .column((policy_revision_entry::Entity, policy_revision_entry::Column::Digest))
            .column((policy_revision_entry::Entity, policy_revision_entry::Column::Settings))
            .column((policy_module::Entity, policy_module::Column::Component))
            .from(policy_revision_entry::Entity)
            .left_join(
                policy_module::Entity,
                Expr::col((policy_module::Entity, policy_module::Column::Digest))
                    .eq(entry(policy_revision_entry::Column::Digest)),
            )
            .and_where(policy_revision_entry::Column::RevisionId.eq(revision.0))
            .order_by((policy_revision_entry::Entity, policy_revision_entry::Column::Position), Order::Asc)
            .to_owned();
        let rows: Vec<EntryRow> = self.all(&query).await?;
        let module = |row: EntryRow| match row.digest {
            None => StackModule::Standard,
            Some(digest) => StackModule::Uploaded {
                digest,
                component: row.component.unwrap_or_default(),
                settings: row.settings,
            },
        };
        Ok(rows.into_iter().map(module).collect())
    }

    /// The modules of a revision in order, by name and the start of their digests.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_revision_labels(
        &self,
        revision: PolicyRevisionId,
    ) -> Result<Vec<String>, StoreError> {
        let mut query = policy_revision_entry::Entity::find()
            .filter(policy_revision_entry::Column::RevisionId.eq(revision.0))
            .into_query();
        query.order_by(policy_revision_entry::Column::Position, Order::Asc);
        let rows: Vec<policy_revision_entry::Model> = self.all(&query).await?;
        let label = |row: policy_revision_entry::Model| {
            let settings = None;
            PolicyEntry { digest: row.digest, name: row.name, version: row.version, settings }.label()
        };
        Ok(rows.into_iter().map(label).collect())
    }
}
