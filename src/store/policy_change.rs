//! Changes of a policy stack: a new revision, another one in force, another one monitored. Each names the version of the
//! stack that was judged, so of two at once one is refused.

use super::connection::UnitOfWork;
use super::error::StoreError;
use crate::authz::{Action, ActivatePolicy, MonitorPolicy, RevisePolicy};
use crate::domain::{
    ActivationKind, PolicyActivationId, PolicyEntry, PolicyRevision, PolicyRevisionId, PolicyStack,
    RevisionName,
};
use entity::{policy_activation, policy_revision, policy_revision_entry, policy_stack, policy_upload};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Set};
use serde_json::json;

/// The answer to a question for one number.
#[derive(FromQueryResult)]
struct Number {
    number: Option<i64>,
}

impl UnitOfWork<RevisePolicy> {
    /// The number that the next revision will have. Others who make one wait from here on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_number(&self) -> Result<i32, StoreError> {
        self.lock_stack().await?;
        let query = Query::select()
            .expr_as(Func::max(Expr::col(policy_revision::Column::Number)).cast_as("BIGINT"), "number")
            .from(policy_revision::Entity)
            .and_where(policy_revision::Column::ProjectSpaceId.eq(self.proof.resource().project_space.0))
            .to_owned();
        let last = self.one::<Number>(&query).await?.and_then(|row| row.number).unwrap_or_default();
        i32::try_from(last.saturating_add(1)).map_err(|_| StoreError::Inconsistent("number of a revision"))
    }

    /// Makes a revision. It changes nothing by itself.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when one of its modules was deleted in the meantime.
    pub async fn revise(
        &mut self,
        number: i32,
        entries: Vec<PolicyEntry>,
        comment: String,
    ) -> Result<PolicyRevision, StoreError> {
        let stack = self.proof.resource();
        let principal = self.proof.principal();
        let made = PolicyRevision {
            id: PolicyRevisionId::fresh(self.now),
            project_space: stack.project_space,
            number,
            entries,
            comment,
            created_at: self.now,
            created_by: principal.identity.id(),
            created_by_name: principal.name.clone(),
        };
        self.check_uploaded(&made).await?;
        let row = policy_revision::ActiveModel {
            id: Set(made.id.0),
            project_space_id: Set(made.project_space.0),
            number: Set(made.number),
            comment: Set(made.comment.clone()),
            created_at: Set(made.created_at),
            created_by: Set(made.created_by.clone()),
            created_by_name: Set(made.created_by_name.clone()),
        };
        policy_revision::Entity::insert(row).exec_without_returning(&self.tx).await?;
        let entries =
            made.entries.iter().zip(0..).map(|(entry, position)| policy_revision_entry::ActiveModel {
                revision_id: Set(made.id.0),
                position: Set(position),
                digest: Set(entry.digest.clone()),
                name: Set(entry.name.clone()),
                version: Set(entry.version.clone()),
                settings: Set(entry.settings.as_ref().map(ToString::to_string).unwrap_or_default()),
            });
        policy_revision_entry::Entity::insert_many(entries).exec_without_returning(&self.tx).await?;
        self.made(&made);
        self.changed("number", json!(null), json!(made.number));
        self.changed("modules", json!(null), json!(labels(&made)));
        self.changed("comment", json!(""), json!(made.comment));
        Ok(made)
    }

    async fn check_uploaded(&self, revision: &PolicyRevision) -> Result<(), StoreError> {
        let mut digests: Vec<&str> =
            revision.entries.iter().filter_map(|entry| entry.digest.as_deref()).collect();
        digests.sort_unstable();
        digests.dedup();
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)).cast_as("BIGINT"), "number")
            .from(policy_upload::Entity)
            .and_where(policy_upload::Column::ProjectSpaceId.eq(revision.project_space.0))
            .and_where(policy_upload::Column::Digest.is_in(digests.iter().copied()))
            .to_owned();
        let found = self.one::<Number>(&query).await?.and_then(|row| row.number).unwrap_or_default();
        if usize::try_from(found) == Ok(digests.len()) { Ok(()) } else { Err(StoreError::Stale) }
    }
}

impl UnitOfWork<MonitorPolicy> {
    /// Has a revision monitored, or none.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the stack has changed since it was judged.
    pub async fn monitor(&mut self, revision: Option<RevisionName>) -> Result<(), StoreError> {
        let before = self.proof.resource().monitored;
        let after = PolicyStack { monitored: revision, ..self.proof.resource().clone() };
        self.changed("monitored_revision", json!(before.map(number)), json!(revision.map(number)));
        self.put(after).await
    }
}

impl UnitOfWork<ActivatePolicy> {
    /// Puts a revision in force, or `standard`. `back_to` is where rolling back leads from then on.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the stack has changed since it was judged.
    pub async fn put_in_force(
        &mut self,
        kind: ActivationKind,
        revision: Option<RevisionName>,
        back_to: Option<PolicyActivationId>,
        comment: String,
    ) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let principal = self.proof.principal();
        let id = PolicyActivationId::fresh(self.now);
        let row = policy_activation::ActiveModel {
            id: Set(id.0),
            project_space_id: Set(before.project_space.0),
            kind: Set(kind.name().to_owned()),
            revision_id: Set(revision.map(|it| it.id.0)),
            from_revision_id: Set(before.active.map(|it| it.id.0)),
            back_to: Set(back_to.map(|it| it.0)),
            comment: Set(comment.clone()),
            at: Set(self.now),
            by_id: Set(principal.identity.id()),
            by_name: Set(principal.name.clone()),
            // The one that `put` gives the stack; of two at once, one does.
            stack_version: Set(before.version.saturating_add(1)),
        };
        policy_activation::Entity::insert(row).exec_without_returning(&self.tx).await?;
        // Beside itself there is nothing to compare it with, and a reset leaves nothing of the project space's running.
        let stays = |monitored: &RevisionName| kind != ActivationKind::Reset && Some(*monitored) != revision;
        let monitored = before.monitored.filter(stays);
        self.changed("active_revision", json!(before.active.map(number)), json!(revision.map(number)));
        self.changed("monitored_revision", json!(before.monitored.map(number)), json!(monitored.map(number)));
        self.changed("kind", json!(null), json!(kind.name()));
        self.changed("comment", json!(""), json!(comment));
        self.put(PolicyStack { active: revision, monitored, activation: Some(id), ..before }).await
    }
}

impl UnitOfWork<ActivatePolicy> {
    /// Has every gateway load the stack anew, as it is.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the stack has changed in the meantime.
    pub async fn load_anew(&mut self) -> Result<(), StoreError> {
        let stack = self.proof.resource().clone();
        self.changed("version", json!(stack.version), json!(stack.version.saturating_add(1)));
        self.put(stack).await
    }
}

impl<A: Action<Resource = PolicyStack>> UnitOfWork<A> {
    /// Writes the stack, if it is still the one that was judged.
    pub(super) async fn put(&mut self, after: PolicyStack) -> Result<(), StoreError> {
        use policy_stack::Column;
        let judged = self.proof.resource().version;
        self.lock_stack().await?;
        let written = policy_stack::Entity::update_many()
            .col_expr(Column::Version, Expr::value(judged.saturating_add(1)))
            .col_expr(Column::ActiveRevisionId, Expr::value(after.active.map(|it| it.id.0)))
            .col_expr(Column::MonitoredRevisionId, Expr::value(after.monitored.map(|it| it.id.0)))
            .col_expr(Column::ActivationId, Expr::value(after.activation.map(|it| it.0)))
            .col_expr(Column::UpdatedAt, Expr::value(self.now))
            .filter(Column::ProjectSpaceId.eq(after.project_space.0))
            .filter(Column::Version.eq(judged))
            .exec(&self.tx)
            .await?;
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.policy_changed = true;
        Ok(self.proof.refresh(PolicyStack { version: judged.saturating_add(1), ..after })?)
    }
}

fn number(name: RevisionName) -> i32 {
    name.number
}

fn labels(revision: &PolicyRevision) -> Vec<String> {
    revision.entries.iter().map(PolicyEntry::label).collect()
}
