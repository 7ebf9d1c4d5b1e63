//! Groups of mobile workers.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::page;
use super::row_filter::{self, Column};
use crate::authz::{Action, CreateGroup, ReadGroup, Scope, Sealed, Visible};
use crate::domain::{Direction, Group, GroupId, GroupInput, Page, PageRequest, ProjectSpaceId};
use entity::group;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};
use serde_json::json;

fn sealed(row: group::Model) -> Sealed<Group> {
    Sealed::new(Group {
        id: GroupId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        case_sharing: row.case_sharing,
        reporting: row.reporting,
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

impl Store {
    /// The groups with these ids that are in scope, in no order.
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
        request: &PageRequest,
    ) -> Result<Page<Visible<Group>>, StoreError> {
        let mut query = select(scope)?;
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
    pub async fn count_groups(&self, scope: &Scope<ReadGroup>) -> Result<u64, StoreError> {
        self.count(select(scope)?).await
    }
}

impl UnitOfWork<CreateGroup> {
    /// Makes the group.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn create(&mut self, name: String, input: &GroupInput) -> Result<Group, StoreError> {
        let group = Group {
            id: GroupId::fresh(self.now),
            project_space: self.proof.resource().id,
            name,
            case_sharing: input.case_sharing,
            reporting: input.reporting,
        };
        let row = group::ActiveModel {
            id: Set(group.id.0),
            project_space_id: Set(group.project_space.0),
            name: Set(group.name.clone()),
            case_sharing: Set(group.case_sharing),
            reporting: Set(group.reporting),
            created_at: Set(self.now),
            updated_at: Set(self.now),
            version: Set(1),
        };
        group::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.made(&group);
        self.changed("name", json!(null), json!(group.name));
        Ok(group)
    }
}
