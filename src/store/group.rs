//! Groups of mobile workers. Who is in them is in `group_member`.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::row_filter::{self, Column};
use super::{page, search};
use crate::authz::{
    Action, CreateGroup, DeleteGroup, ReadGroup, RestoreGroup, Scope, Sealed, UpdateGroup, Visible,
};
use crate::domain::{Direction, Group, GroupFilter, GroupId, GroupInput, Page, PageRequest, ProjectSpaceId};
use entity::group;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};
use serde_json::{Map, Value as Json, json};

fn sealed(row: group::Model) -> Sealed<Group> {
    // Written as an object alone; whatever else there could be says nothing.
    let metadata = match row.metadata {
        Json::Object(metadata) => metadata,
        _ => Map::new(),
    };
    Sealed::new(Group {
        id: GroupId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        case_sharing: row.case_sharing,
        reporting: row.reporting,
        metadata,
        is_deleted: row.is_deleted,
        updated_at: row.updated_at,
        version: row.version,
    })
}

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    let column = |column: group::Column| Expr::col((group::Entity, column));
    Some(match name {
        "id" => Column::Id(column(group::Column::Id)),
        "name" => Column::Text(column(group::Column::Name)),
        "case_sharing" => Column::Boolean(column(group::Column::CaseSharing)),
        "reporting" => Column::Boolean(column(group::Column::Reporting)),
        "is_deleted" => Column::Boolean(column(group::Column::IsDeleted)),
        _ => return None,
    })
}

fn select<A: Action<Resource = Group>>(scope: &Scope<A>) -> Result<SelectStatement, StoreError> {
    Ok(group::Entity::find()
        .filter(group::Column::ProjectSpaceId.eq(scope.project_space().0))
        .into_query()
        .cond_where(row_filter::rows(scope.rows(), columns)?)
        .to_owned())
}

fn listed(scope: &Scope<ReadGroup>, filter: &GroupFilter) -> Result<SelectStatement, StoreError> {
    let mut query = select(scope)?;
    if !filter.include_deleted {
        query.and_where(group::Column::IsDeleted.eq(false));
    }
    let text = Expr::col((group::Entity, group::Column::SearchText));
    search::narrow(&mut query, &text, filter.search.as_deref());
    Ok(query)
}

impl Store {
    /// A group of a project space, deleted or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn group(&self, id: GroupId) -> Result<Option<Sealed<Group>>, StoreError> {
        let query = group::Entity::find().filter(group::Column::Id.eq(id.0)).into_query();
        Ok(self.one(&query).await?.map(sealed))
    }

    /// The groups with these ids that are in scope, in no order; deleted ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn groups_with_ids<A: Action<Resource = Group>>(
        &self,
        scope: &Scope<A>,
        ids: &[GroupId],
    ) -> Result<Vec<Visible<Group>>, StoreError> {
        let mut query = select(scope)?;
        query.and_where(group::Column::Id.is_in(ids.iter().map(|id| id.0)));
        Ok(self.all(&query).await?.into_iter().map(|row| scope.open(sealed(row))).collect())
    }

    /// A page of the groups in scope, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn groups(
        &self,
        scope: &Scope<ReadGroup>,
        filter: &GroupFilter,
        request: &PageRequest,
    ) -> Result<Page<Visible<Group>>, StoreError> {
        let mut query = listed(scope, filter)?;
        page::cut(
            &mut query,
            request,
            Expr::col((group::Entity, group::Column::Name)),
            Expr::col((group::Entity, group::Column::Id)),
            Direction::Ascending,
        );
        let rows = self.all(&query).await?.into_iter().map(|row| scope.open(sealed(row))).collect();
        Ok(Page::of(rows, request))
    }

    /// How many groups are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_groups(
        &self,
        scope: &Scope<ReadGroup>,
        filter: &GroupFilter,
    ) -> Result<u64, StoreError> {
        self.count(listed(scope, filter)?).await
    }
}

impl UnitOfWork<CreateGroup> {
    /// Makes the group.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn create(
        &mut self,
        (name, metadata): (String, Map<String, Json>),
        input: &GroupInput,
    ) -> Result<Group, StoreError> {
        let group = Group {
            id: GroupId::fresh(self.now),
            project_space: self.proof.resource().id,
            name,
            case_sharing: input.case_sharing,
            reporting: input.reporting,
            metadata,
            is_deleted: false,
            updated_at: self.now,
            version: 1,
        };
        let row = group::ActiveModel {
            id: Set(group.id.0),
            project_space_id: Set(group.project_space.0),
            name: Set(group.name.clone()),
            case_sharing: Set(group.case_sharing),
            reporting: Set(group.reporting),
            created_at: Set(self.now),
            updated_at: Set(self.now),
            version: Set(group.version),
            is_deleted: Set(false),
            search_text: Set(group.name.to_lowercase()),
            metadata: Set(Json::Object(group.metadata.clone())),
        };
        group::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.made(&group);
        self.changed("name", json!(null), json!(group.name));
        self.changed("case_sharing", json!(false), json!(group.case_sharing));
        self.changed("reporting", json!(true), json!(group.reporting));
        self.changed("metadata", json!({}), Json::Object(group.metadata.clone()));
        Ok(group)
    }
}

impl UnitOfWork<UpdateGroup> {
    /// Writes the name and the flags.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the group has changed since it was judged, [`StoreError::Conflict`] when the name is
    /// taken.
    pub async fn update(&mut self, after: Group) -> Result<(), StoreError> {
        self.write_group(after).await
    }
}

impl UnitOfWork<DeleteGroup> {
    /// Takes the group away. Who is in it is kept for its restoration.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the group has changed since it was judged.
    pub async fn delete(&mut self) -> Result<(), StoreError> {
        self.write_group(Group { is_deleted: true, ..self.proof.resource().clone() }).await
    }
}

impl UnitOfWork<RestoreGroup> {
    /// Brings the group back with everybody who was in it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the group has changed since it was judged.
    pub async fn restore(&mut self) -> Result<(), StoreError> {
        self.write_group(Group { is_deleted: false, ..self.proof.resource().clone() }).await
    }
}

/// What every write on a group shares. Which unit of work may do what is said above.
impl<A: Action<Resource = Group>> UnitOfWork<A> {
    async fn write_group(&mut self, after: Group) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let after = Group { version: before.version.saturating_add(1), updated_at: self.now, ..after };
        let written = group::Entity::update_many()
            .col_expr(group::Column::Name, Expr::val(after.name.as_str()))
            .col_expr(group::Column::CaseSharing, Expr::val(after.case_sharing))
            .col_expr(group::Column::Reporting, Expr::val(after.reporting))
            .col_expr(group::Column::IsDeleted, Expr::val(after.is_deleted))
            .col_expr(group::Column::Metadata, Expr::val(Json::Object(after.metadata.clone())))
            .col_expr(group::Column::SearchText, Expr::val(after.name.to_lowercase()))
            .col_expr(group::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(group::Column::Version, Expr::val(after.version))
            .filter(group::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(group::Column::Version.eq(before.version))
            .exec(&self.tx)
            .await?;
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.changed("name", json!(before.name), json!(after.name));
        self.changed("case_sharing", json!(before.case_sharing), json!(after.case_sharing));
        self.changed("reporting", json!(before.reporting), json!(after.reporting));
        let data = |group: &Group| Json::Object(group.metadata.clone());
        self.changed("metadata", data(&before), data(&after));
        self.changed("is_deleted", json!(before.is_deleted), json!(after.is_deleted));
        Ok(self.proof.refresh(after)?)
    }
}
