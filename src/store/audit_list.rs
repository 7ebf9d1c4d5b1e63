//! Lists of audit entries: filtered, cut and counted by the database, within a scope.

use super::audit::sign_in_named;
use super::connection::Store;
use super::error::StoreError;
use super::page;
use super::row_filter::{self, Column};
use crate::authz::{ReadAuditEntry, Scope, Sealed, Visible};
use crate::domain::{
    AuditEntry, AuditEntryId, AuditFilter, Channel, DecisionId, Direction, Page, PageRequest, ProjectSpaceId,
};
use entity::audit_entry;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    use audit_entry::Column as Own;
    let column = |column: Own| Expr::col((audit_entry::Entity, column));
    Some(match name {
        "id" => Column::Id(column(Own::Id)),
        "action" => Column::Text(column(Own::Action)),
        "channel" => Column::Text(column(Own::Channel)),
        "principal_id" => Column::MaybeText(column(Own::PrincipalId)),
        "resource_kind" => Column::Text(column(Own::ResourceKind)),
        "resource_id" => Column::MaybeText(column(Own::ResourceId)),
        _ => return None,
    })
}

fn read(row: audit_entry::Model, space: ProjectSpaceId) -> Result<AuditEntry, StoreError> {
    let changes = serde_json::from_value(row.changes)
        .map_err(|_| StoreError::Inconsistent("changes of an audit entry"))?;
    Ok(AuditEntry {
        id: AuditEntryId(row.id),
        project_space: space,
        at: row.at,
        principal_id: row.principal_id,
        principal_name: row.principal_name,
        signed_in_by: sign_in_named(&row.signed_in_by)?,
        channel: Channel::named(&row.channel).ok_or(StoreError::Inconsistent("channel of an audit entry"))?,
        request_id: row.request_id,
        action: row.action,
        resource_kind: row.resource_kind,
        resource_id: row.resource_id,
        resource_name: row.resource_name,
        changes,
        decision_id: DecisionId(row.decision_id),
        policy: row.policy,
    })
}

fn open(scope: &Scope<ReadAuditEntry>, row: audit_entry::Model) -> Result<Visible<AuditEntry>, StoreError> {
    Ok(scope.open(Sealed::new(read(row, scope.project_space())?)))
}

fn select(scope: &Scope<ReadAuditEntry>) -> Result<SelectStatement, StoreError> {
    Ok(audit_entry::Entity::find()
        .filter(audit_entry::Column::ProjectSpaceId.eq(scope.project_space().0))
        .into_query()
        .cond_where(row_filter::rows(scope.rows(), columns)?)
        .to_owned())
}

fn narrow(query: &mut SelectStatement, filter: &AuditFilter) {
    use audit_entry::Column as Own;
    let among = [
        (Own::PrincipalId, &filter.principals),
        (Own::ResourceId, &filter.resources),
        (Own::ResourceKind, &filter.kinds),
        (Own::Action, &filter.actions),
    ];
    for (column, values) in among {
        if let Some(values) = values {
            query.and_where(column.is_in(values));
        }
    }
    if let Some(channels) = &filter.channels {
        query.and_where(Own::Channel.is_in(channels.iter().map(|channel| channel.name())));
    }
    if let Some(since) = filter.since {
        query.and_where(Own::At.gte(since));
    }
    if let Some(until) = filter.until {
        query.and_where(Own::At.lt(until));
    }
}

impl Store {
    /// An entry of a project space.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_entry(
        &self,
        space: ProjectSpaceId,
        id: AuditEntryId,
    ) -> Result<Option<Sealed<AuditEntry>>, StoreError> {
        let query = audit_entry::Entity::find_by_id(id.0)
            .filter(audit_entry::Column::ProjectSpaceId.eq(space.0))
            .into_query();
        self.one(&query).await?.map(|row| Ok(Sealed::new(read(row, space)?))).transpose()
    }

    /// The entry with this id, if it is in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_audit_entry(
        &self,
        scope: &Scope<ReadAuditEntry>,
        id: AuditEntryId,
    ) -> Result<Option<Visible<AuditEntry>>, StoreError> {
        let query = select(scope)?.and_where(audit_entry::Column::Id.eq(id.0)).to_owned();
        self.one(&query).await?.map(|row| open(scope, row)).transpose()
    }

    /// A page of the entries in scope, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_entries(
        &self,
        scope: &Scope<ReadAuditEntry>,
        filter: &AuditFilter,
        request: &PageRequest,
    ) -> Result<Page<Visible<AuditEntry>>, StoreError> {
        let mut query = select(scope)?;
        narrow(&mut query, filter);
        let column = |column: audit_entry::Column| Expr::col((audit_entry::Entity, column));
        page::cut(
            &mut query,
            request,
            column(audit_entry::Column::At),
            column(audit_entry::Column::Id),
            Direction::Descending,
        );
        let rows = self.all(&query).await?.into_iter().map(|row| open(scope, row));
        Ok(Page::of(rows.collect::<Result<_, _>>()?, request))
    }

    /// How many entries are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_audit_entries(
        &self,
        scope: &Scope<ReadAuditEntry>,
        filter: &AuditFilter,
    ) -> Result<u64, StoreError> {
        let mut query = select(scope)?;
        narrow(&mut query, filter);
        self.count(query).await
    }
}
