//! Policy modules that project spaces upload and delete. The bytes are kept once for all of them, and what a project space
//! sees is its own uploads: that another one has the same module shows nowhere.

use super::connection::UnitOfWork;
use super::error::StoreError;
use crate::authz::{Action, DeletePolicyModule, InspectedModule, KeepHouse, UploadPolicyModule};
use crate::domain::{PolicyModule, PolicyStack, ProjectSpaceId};
use chrono::TimeDelta;
use entity::{policy_activation, policy_module, policy_revision_entry, policy_stack, policy_upload};
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Set};
use serde_json::json;

/// How long bytes are kept that no project space has any more. Whoever uploads them meanwhile touches them first, so that
/// they are not taken away under their hands.
const ORPHANED: TimeDelta = TimeDelta::hours(1);

/// What a project space keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct KeptModules {
    /// How many modules.
    pub modules: i64,
    /// How many bytes they have together.
    pub bytes: i64,
}

impl<A: Action<Resource = PolicyStack>> UnitOfWork<A> {
    /// Makes the row of the stack if there is none, and has all others wait who would change it or what belongs to it.
    pub(super) async fn lock_stack(&self) -> Result<policy_stack::Model, StoreError> {
        let row = policy_stack::ActiveModel {
            project_space_id: Set(self.proof.resource().project_space.0),
            version: Set(0),
            active_revision_id: Set(None),
            monitored_revision_id: Set(None),
            activation_id: Set(None),
            updated_at: Set(self.now),
        };
        let locked = OnConflict::column(policy_stack::Column::ProjectSpaceId)
            .update_column(policy_stack::Column::UpdatedAt)
            .to_owned();
        Ok(policy_stack::Entity::insert(row).on_conflict(locked).exec_with_returning(&self.tx).await?)
    }
}

impl UnitOfWork<UploadPolicyModule> {
    /// What the project space keeps beside this module. Others who upload there wait from here on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept_beside(&self, digest: &str) -> Result<KeptModules, StoreError> {
        self.lock_stack().await?;
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "modules")
            .expr_as(
                Func::coalesce([
                    Func::sum(Expr::col(policy_upload::Column::Size)).cast_as("BIGINT"),
                    Expr::val(0_i64),
                ]),
                "bytes",
            )
            .from(policy_upload::Entity)
            .and_where(policy_upload::Column::ProjectSpaceId.eq(self.proof.resource().project_space.0))
            .and_where(policy_upload::Column::Digest.ne(digest))
            .to_owned();
        self.one(&query).await?.ok_or(StoreError::Inconsistent("count of policy modules"))
    }

    /// Keeps a module for the project space. If it has it already, only who signed it may change.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn upload(&mut self, module: InspectedModule) -> Result<PolicyModule, StoreError> {
        let size = i64::try_from(module.component.len()).unwrap_or(i64::MAX);
        let bytes = policy_module::ActiveModel {
            digest: Set(module.digest.clone()),
            name: Set(module.name.clone()),
            version: Set(module.version.clone()),
            description: Set(module.description.clone()),
            actions: Set(json!(module.actions)),
            settings_schema: Set(module.settings_schema.clone()),
            class: Set(module.class.to_owned()),
            size: Set(size),
            component: Set(module.component),
            touched_at: Set(self.now),
        };
        // The same digest has the same bytes. They are written all the same: should those in the database have been
        // damaged, they are whole again, and an upload takes as long whether or not anybody has the module.
        let again = OnConflict::column(policy_module::Column::Digest)
            .update_columns([policy_module::Column::Component, policy_module::Column::TouchedAt])
            .to_owned();
        policy_module::Entity::insert(bytes).on_conflict(again).exec_without_returning(&self.tx).await?;
        let principal = self.proof.principal();
        let row = policy_upload::ActiveModel {
            project_space_id: Set(self.proof.resource().project_space.0),
            digest: Set(module.digest),
            size: Set(size),
            signed_by: Set(module.signed_by),
            uploaded_at: Set(self.now),
            uploaded_by: Set(principal.identity.id()),
            uploaded_by_name: Set(principal.name.clone()),
        };
        let again =
            OnConflict::columns([policy_upload::Column::ProjectSpaceId, policy_upload::Column::Digest])
                .update_column(policy_upload::Column::SignedBy)
                .to_owned();
        let row = policy_upload::Entity::insert(row).on_conflict(again).exec_with_returning(&self.tx).await?;
        let made = PolicyModule {
            project_space: ProjectSpaceId(row.project_space_id),
            digest: row.digest,
            name: module.name,
            version: module.version,
            description: module.description,
            actions: module.actions,
            settings_schema: module.settings_schema,
            class: module.class.to_owned(),
            size: u64::try_from(size).unwrap_or_default(),
            signed_by: row.signed_by,
            uploaded_at: row.uploaded_at,
            uploaded_by: row.uploaded_by,
            uploaded_by_name: row.uploaded_by_name,
        };
        self.made(&made);
        self.changed("name", json!(null), json!(made.name));
        self.changed("version", json!(null), json!(made.version));
        self.changed("size", json!(null), json!(made.size));
        self.changed("signed_by", json!(null), json!(made.signed_by));
        Ok(made)
    }
}

impl UnitOfWork<DeletePolicyModule> {
    /// Whether the module is in force, monitored, or where rolling back leads. Others who would change that wait from here
    /// on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_in_use(&self, digest: &str) -> Result<bool, StoreError> {
        let stack = self.lock_stack().await?;
        let came_about = Query::select()
            .column(policy_activation::Column::BackTo)
            .from(policy_activation::Entity)
            .and_where(policy_activation::Column::Id.eq(stack.activation_id))
            .to_owned();
        let before = Query::select()
            .column(policy_activation::Column::RevisionId)
            .from(policy_activation::Entity)
            .and_where(policy_activation::Column::Id.in_subquery(came_about))
            .to_owned();
        let revision = policy_revision_entry::Column::RevisionId;
        let named = [stack.active_revision_id, stack.monitored_revision_id];
        let query = Query::select()
            .column(policy_revision_entry::Column::Digest)
            .from(policy_revision_entry::Entity)
            .and_where(policy_revision_entry::Column::Digest.eq(digest))
            .and_where(revision.is_in(named.into_iter().flatten()).or(revision.in_subquery(before)))
            .limit(1)
            .to_owned();
        #[derive(FromQueryResult)]
        struct Found {}
        Ok(self.one::<Found>(&query).await?.is_some())
    }

    /// Takes the module away from the project space. Its bytes go some time after the last one let go of them.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not there any more.
    pub async fn delete(&mut self, module: &PolicyModule) -> Result<(), StoreError> {
        let deleted = policy_upload::Entity::delete_many()
            .filter(policy_upload::Column::ProjectSpaceId.eq(self.proof.resource().project_space.0))
            .filter(policy_upload::Column::Digest.eq(module.digest.as_str()))
            .exec(&self.tx)
            .await?;
        if deleted.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.made(module);
        self.changed("name", json!(module.name), json!(null));
        self.changed("version", json!(module.version), json!(null));
        Ok(())
    }
}

impl UnitOfWork<KeepHouse> {
    /// Bytes of modules that no project space has any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_policy_modules(&mut self) -> Result<u64, StoreError> {
        let of_somebody = Query::select()
            .expr(Expr::val(1))
            .from(policy_upload::Entity)
            .and_where(
                Expr::col((policy_upload::Entity, policy_upload::Column::Digest))
                    .eq(Expr::col((policy_module::Entity, policy_module::Column::Digest))),
            )
            .to_owned();
        let swept = policy_module::Entity::delete_many()
            .filter(policy_module::Column::TouchedAt.lt(self.now - ORPHANED))
            .filter(Expr::exists(of_somebody).not())
            .exec(&self.tx)
            .await?;
        Ok(swept.rows_affected)
    }
}
