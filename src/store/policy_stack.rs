//! A project space's policy stack as people read it: what is in force, what was uploaded, what was made of it, and what
//! took effect. Whoever may see the stack may see all of this.

use super::connection::Store;
use super::error::StoreError;
use super::page;
use super::row_filter::is_storable;
use crate::authz::Sealed;
use crate::domain::{
    ActivationKind, Direction, Page, PageRequest, PolicyActivation, PolicyActivationId, PolicyEntry,
    PolicyModule, PolicyRevision, PolicyRevisionId, PolicyStack, ProjectSpaceId, RevisionName,
    policy_stack::STANDARD,
};
use chrono::{DateTime, Utc};
use entity::{
    policy_activation, policy_module, policy_revision, policy_revision_entry, policy_stack, policy_upload,
    project_space,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait};
use serde_json::Value as Json;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct StackRow {
    version: i32,
    active_revision_id: Option<Uuid>,
    active_number: Option<i32>,
    monitored_revision_id: Option<Uuid>,
    monitored_number: Option<i32>,
    activation_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct ModuleRow {
    digest: String,
    name: String,
    version: String,
    description: String,
    actions: Json,
    settings_schema: String,
    class: String,
    size: i64,
    signed_by: Option<String>,
    uploaded_at: DateTime<Utc>,
    uploaded_by: Option<String>,
    uploaded_by_name: Option<String>,
}

#[derive(FromQueryResult)]
struct ActivationRow {
    id: Uuid,
    kind: String,
    revision_id: Option<Uuid>,
    revision_number: Option<i32>,
    from_revision_id: Option<Uuid>,
    from_number: Option<i32>,
    back_to: Option<Uuid>,
    comment: String,
    at: DateTime<Utc>,
    by_id: Option<String>,
    by_name: Option<String>,
    stack_version: i32,
}

pub(super) fn name(id: Option<Uuid>, number: Option<i32>) -> Option<RevisionName> {
    Some(RevisionName { id: PolicyRevisionId(id?), number: number? })
}

fn module(row: ModuleRow, space: ProjectSpaceId) -> Result<PolicyModule, StoreError> {
    Ok(PolicyModule {
        project_space: space,
        digest: row.digest,
        name: row.name,
        version: row.version,
        description: row.description,
        actions: serde_json::from_value(row.actions)
            .map_err(|_| StoreError::Inconsistent("actions of a policy module"))?,
        settings_schema: row.settings_schema,
        class: row.class,
        size: u64::try_from(row.size).unwrap_or_default(),
        signed_by: row.signed_by,
        uploaded_at: row.uploaded_at,
        uploaded_by: row.uploaded_by,
        uploaded_by_name: row.uploaded_by_name,
    })
}

fn entry(row: policy_revision_entry::Model) -> Result<PolicyEntry, StoreError> {
    let settings = match row.settings.as_str() {
        "" => None,
        text => {
            Some(serde_json::from_str(text).map_err(|_| StoreError::Inconsistent("settings of a module"))?)
        }
    };
    let name = if row.digest.is_some() { row.name } else { STANDARD.to_owned() };
    Ok(PolicyEntry { digest: row.digest, name, version: row.version, settings })
}

fn activation(row: ActivationRow) -> Result<PolicyActivation, StoreError> {
    Ok(PolicyActivation {
        id: PolicyActivationId(row.id),
        stack_version: row.stack_version,
        kind: ActivationKind::named(&row.kind).ok_or(StoreError::Inconsistent("kind of an activation"))?,
        revision: name(row.revision_id, row.revision_number),
        from: name(row.from_revision_id, row.from_number),
        back_to: row.back_to.map(PolicyActivationId),
        comment: row.comment,
        at: row.at,
        by: row.by_id,
        by_name: row.by_name,
    })
}

/// The column of a revision that is joined under another name.
fn joined(query: &mut SelectStatement, table: &'static str, id: Expr, as_number: &'static str) {
    query
        .join_as(
            JoinType::LeftJoin,
            policy_revision::Entity,
            Alias::new(table),
            Expr::col((Alias::new(table), policy_revision::Column::Id)).eq(id),
        )
        .expr_as(Expr::col((Alias::new(table), policy_revision::Column::Number)), Alias::new(as_number));
}

fn select_stack(space: ProjectSpaceId) -> SelectStatement {
    use policy_stack::Column as Own;
    let column = |column: Own| Expr::col((policy_stack::Entity, column));
    let mut query = policy_stack::Entity::find().filter(Own::ProjectSpaceId.eq(space.0)).into_query();
    joined(&mut query, "active", column(Own::ActiveRevisionId), "active_number");
    joined(&mut query, "monitored", column(Own::MonitoredRevisionId), "monitored_number");
    query
}

fn select_modules(space: ProjectSpaceId) -> SelectStatement {
    use {policy_module::Column as Module, policy_upload::Column as Upload};
    let mut query = Query::select();
    for column in [
        Module::Digest,
        Module::Name,
        Module::Version,
        Module::Description,
        Module::Actions,
        Module::SettingsSchema,
        Module::Class,
        Module::Size,
    ] {
        query.column((policy_module::Entity, column));
    }
    for column in [Upload::SignedBy, Upload::UploadedAt, Upload::UploadedBy, Upload::UploadedByName] {
        query.column((policy_upload::Entity, column));
    }
    query
        .from(policy_upload::Entity)
        .inner_join(
            policy_module::Entity,
            Expr::col((policy_module::Entity, Module::Digest))
                .eq(Expr::col((policy_upload::Entity, Upload::Digest))),
        )
        .and_where(Upload::ProjectSpaceId.eq(space.0));
    query
}

fn select_activations(space: ProjectSpaceId) -> SelectStatement {
    use policy_activation::Column as Own;
    let column = |column: Own| Expr::col((policy_activation::Entity, column));
    let mut query = policy_activation::Entity::find().filter(Own::ProjectSpaceId.eq(space.0)).into_query();
    joined(&mut query, "revision", column(Own::RevisionId), "revision_number");
    joined(&mut query, "before", column(Own::FromRevisionId), "from_number");
    query
}

impl Store {
    /// What is in force in a project space.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_stack(&self, space: ProjectSpaceId) -> Result<Sealed<PolicyStack>, StoreError> {
        let row: Option<StackRow> = self.one(&select_stack(space)).await?;
        Ok(Sealed::new(match row {
            Some(row) => PolicyStack {
                project_space: space,
                version: row.version,
                active: name(row.active_revision_id, row.active_number),
                monitored: name(row.monitored_revision_id, row.monitored_number),
                activation: row.activation_id.map(PolicyActivationId),
            },
            None => PolicyStack {
                project_space: space,
                version: 0,
                active: None,
                monitored: None,
                activation: None,
            },
        }))
    }

    /// The same of a project space by its name; nothing where there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_stack_of(&self, name: &str) -> Result<Option<Sealed<PolicyStack>>, StoreError> {
        if !is_storable(name) {
            return Ok(None);
        }
        let space = project_space::Entity::find().filter(project_space::Column::Name.eq(name)).into_query();
        let space: Option<project_space::Model> = self.one(&space).await?;
        match space {
            Some(space) => Ok(Some(self.policy_stack(ProjectSpaceId(space.id)).await?)),
            None => Ok(None),
        }
    }

    /// The stack that a revision belongs to, and what policies are told of the revision: digests, and `standard`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_stack_of_revision(
        &self,
        id: PolicyRevisionId,
    ) -> Result<Option<(Sealed<PolicyStack>, Vec<String>)>, StoreError> {
        let query = policy_revision::Entity::find().filter(policy_revision::Column::Id.eq(id.0)).into_query();
        let rows: Vec<policy_revision::Model> = self.all(&query).await?;
        let Some(revision) = self.with_entries(rows).await?.pop() else { return Ok(None) };
        let modules = revision.entries.into_iter().map(|entry| entry.digest.unwrap_or(entry.name)).collect();
        Ok(Some((self.policy_stack(revision.project_space).await?, modules)))
    }

    /// The modules that were uploaded in the stack's project space, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_modules(&self, stack: &PolicyStack) -> Result<Vec<PolicyModule>, StoreError> {
        let space = stack.project_space;
        let query = select_modules(space)
            .order_by((policy_module::Entity, policy_module::Column::Name), Order::Asc)
            .order_by((policy_upload::Entity, policy_upload::Column::UploadedAt), Order::Desc)
            .order_by((policy_upload::Entity, policy_upload::Column::Digest), Order::Asc)
            .to_owned();
        self.all(&query).await?.into_iter().map(|row| module(row, space)).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_module(
        &self,
        stack: &PolicyStack,
        digest: &str,
    ) -> Result<Option<PolicyModule>, StoreError> {
        let space = stack.project_space;
        let query = select_modules(space).and_where(policy_upload::Column::Digest.eq(digest)).to_owned();
        self.one(&query).await?.map(|row| module(row, space)).transpose()
    }

    /// The bytes of one of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_component(
        &self,
        stack: &PolicyStack,
        digest: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        #[derive(FromQueryResult)]
        struct Bytes {
            component: Vec<u8>,
        }
        let uploaded = Query::select()
            .column(policy_upload::Column::Digest)
            .from(policy_upload::Entity)
            .and_where(policy_upload::Column::ProjectSpaceId.eq(stack.project_space.0))
            .and_where(policy_upload::Column::Digest.eq(digest))
            .to_owned();
        let query = Query::select()
            .column(policy_module::Column::Component)
            .from(policy_module::Entity)
            .and_where(policy_module::Column::Digest.in_subquery(uploaded))
            .to_owned();
        let bytes: Option<Bytes> = self.one(&query).await?;
        Ok(bytes.map(|bytes| bytes.component))
    }

    /// A page of the revisions, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_revisions(
        &self,
        stack: &PolicyStack,
        request: &PageRequest,
    ) -> Result<Page<PolicyRevision>, StoreError> {
        use policy_revision::Column as Own;
        let mut query = policy_revision::Entity::find()
            .filter(Own::ProjectSpaceId.eq(stack.project_space.0))
            .into_query();
        let column = |column: Own| Expr::col((policy_revision::Entity, column));
        page::cut(&mut query, request, column(Own::Number), column(Own::Id), Direction::Descending);
        let rows: Vec<policy_revision::Model> = self.all(&query).await?;
        Ok(Page::of(self.with_entries(rows).await?, request))
    }

    /// How many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_policy_revisions(&self, stack: &PolicyStack) -> Result<u64, StoreError> {
        let query = policy_revision::Entity::find()
            .filter(policy_revision::Column::ProjectSpaceId.eq(stack.project_space.0))
            .into_query();
        self.count(query).await
    }

    /// The revision with this id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_revision(
        &self,
        stack: &PolicyStack,
        id: PolicyRevisionId,
    ) -> Result<Option<PolicyRevision>, StoreError> {
        self.revision_where(stack, policy_revision::Column::Id.eq(id.0)).await
    }

    /// The revision with this number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_revision_numbered(
        &self,
        stack: &PolicyStack,
        number: i32,
    ) -> Result<Option<PolicyRevision>, StoreError> {
        self.revision_where(stack, policy_revision::Column::Number.eq(number)).await
    }

    async fn revision_where(
        &self,
        stack: &PolicyStack,
        condition: Expr,
    ) -> Result<Option<PolicyRevision>, StoreError> {
        let query = policy_revision::Entity::find()
            .filter(policy_revision::Column::ProjectSpaceId.eq(stack.project_space.0))
            .filter(condition)
            .into_query();
        let rows: Vec<policy_revision::Model> = self.all(&query).await?;
        Ok(self.with_entries(rows).await?.pop())
    }

    /// A page of what took effect, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_history(
        &self,
        stack: &PolicyStack,
        request: &PageRequest,
    ) -> Result<Page<PolicyActivation>, StoreError> {
        use policy_activation::Column as Own;
        let mut query = select_activations(stack.project_space);
        let column = |column: Own| Expr::col((policy_activation::Entity, column));
        page::cut(&mut query, request, column(Own::StackVersion), column(Own::Id), Direction::Descending);
        let rows: Vec<ActivationRow> = self.all(&query).await?;
        let rows = rows.into_iter().map(activation).collect::<Result<_, _>>()?;
        Ok(Page::of(rows, request))
    }

    /// How much took effect.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_policy_history(&self, stack: &PolicyStack) -> Result<u64, StoreError> {
        let query = policy_activation::Entity::find()
            .filter(policy_activation::Column::ProjectSpaceId.eq(stack.project_space.0))
            .into_query();
        self.count(query).await
    }

    /// One thing that took effect.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_activation(
        &self,
        stack: &PolicyStack,
        id: PolicyActivationId,
    ) -> Result<Option<PolicyActivation>, StoreError> {
        let query = select_activations(stack.project_space)
            .and_where(policy_activation::Column::Id.eq(id.0))
            .to_owned();
        let row: Option<ActivationRow> = self.one(&query).await?;
        row.map(activation).transpose()
    }

    async fn with_entries(
        &self,
        rows: Vec<policy_revision::Model>,
    ) -> Result<Vec<PolicyRevision>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = policy_revision_entry::Entity::find()
            .filter(policy_revision_entry::Column::RevisionId.is_in(rows.iter().map(|row| row.id)))
            .into_query();
        query
            .order_by(policy_revision_entry::Column::RevisionId, Order::Asc)
            .order_by(policy_revision_entry::Column::Position, Order::Asc);
        let mut entries: HashMap<Uuid, Vec<PolicyEntry>> = HashMap::new();
        for row in self.all::<policy_revision_entry::Model>(&query).await? {
            entries.entry(row.revision_id).or_default().push(entry(row)?);
        }
        let revision = |row: policy_revision::Model| PolicyRevision {
            id: PolicyRevisionId(row.id),
            project_space: ProjectSpaceId(row.project_space_id),
            number: row.number,
            entries: entries.remove(&row.id).unwrap_or_default(),
            comment: row.comment,
            created_at: row.created_at,
            created_by: row.created_by,
            created_by_name: row.created_by_name,
        };
        Ok(rows.into_iter().map(revision).collect())
    }
}
