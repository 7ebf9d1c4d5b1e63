//! Location types: the levels of the tree.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::page::Count;
use super::row_filter::{self, Column};
use crate::authz::{
    Action, CreateLocationType, DeleteLocationType, ReadLocationType, Scope, Sealed, UpdateLocationType,
    Visible,
};
use crate::domain::{LevelFlags, LocationType, LocationTypeId, NewLocationType, ProjectSpaceId};
use entity::{
    invitation, invitation_location, location, location_type, membership_location, mobile_worker_location,
};
use sea_orm::sea_query::{Expr, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};
use serde_json::{Value as Json, json};

/// Most location types of one project space.
pub const TYPES_MAX: u64 = 100;

fn location_type_of(row: location_type::Model) -> LocationType {
    LocationType {
        id: LocationTypeId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        code: row.code,
        parent: row.parent_id.map(LocationTypeId),
        flags: LevelFlags {
            shares_cases: row.shares_cases,
            view_descendants: row.view_descendants,
            has_users: row.has_users,
            administrative: row.administrative,
        },
        version: row.version,
    }
}

fn columns(name: &str) -> Option<Column> {
    let column = |column: location_type::Column| Expr::col((location_type::Entity, column));
    Some(match name {
        "id" => Column::Id(column(location_type::Column::Id)),
        "name" => Column::Text(column(location_type::Column::Name)),
        "code" => Column::Text(column(location_type::Column::Code)),
        _ => return None,
    })
}

fn all_of(space: ProjectSpaceId) -> SelectStatement {
    location_type::Entity::find()
        .filter(location_type::Column::ProjectSpaceId.eq(space.0))
        .into_query()
        .order_by(location_type::Column::Name, Order::Asc)
        .order_by(location_type::Column::Id, Order::Asc)
        .limit(TYPES_MAX)
        .to_owned()
}

impl Store {
    /// A location type.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn location_type(
        &self,
        id: LocationTypeId,
    ) -> Result<Option<Sealed<LocationType>>, StoreError> {
        let query = location_type::Entity::find().filter(location_type::Column::Id.eq(id.0)).into_query();
        Ok(self.one(&query).await?.map(location_type_of).map(Sealed::new))
    }

    /// The location types with these ids that are in scope, or all of them, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn location_types(
        &self,
        scope: &Scope<ReadLocationType>,
        ids: Option<&[LocationTypeId]>,
    ) -> Result<Vec<Visible<LocationType>>, StoreError> {
        let mut query = all_of(scope.project_space());
        query.cond_where(row_filter::rows(scope.rows(), columns)?);
        if let Some(ids) = ids {
            query.and_where(location_type::Column::Id.is_in(ids.iter().map(|id| id.0)));
        }
        let rows = self.all(&query).await?.into_iter();
        Ok(rows.map(|row| scope.open(Sealed::new(location_type_of(row)))).collect())
    }
}

impl UnitOfWork<CreateLocationType> {
    /// All levels that there are, as they stay until the end of the transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn levels(&self) -> Result<Vec<LocationType>, StoreError> {
        self.held_levels(self.proof.resource().id).await
    }

    /// Makes the location type.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the code is taken.
    pub async fn create(&mut self, new: NewLocationType) -> Result<LocationType, StoreError> {
        let made = LocationType {
            id: LocationTypeId::fresh(self.now),
            project_space: self.proof.resource().id,
            name: new.name,
            code: new.code.to_string(),
            parent: new.parent,
            flags: new.flags,
            version: 1,
        };
        let row = location_type::ActiveModel {
            id: Set(made.id.0),
            project_space_id: Set(made.project_space.0),
            name: Set(made.name.clone()),
            code: Set(made.code.clone()),
            parent_id: Set(made.parent.map(|id| id.0)),
            created_at: Set(self.now),
            updated_at: Set(self.now),
            version: Set(1),
            shares_cases: Set(made.flags.shares_cases),
            view_descendants: Set(made.flags.view_descendants),
            has_users: Set(made.flags.has_users),
            administrative: Set(made.flags.administrative),
        };
        location_type::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.made(&made);
        for (field, value) in told(&made) {
            self.changed(field, json!(null), value);
        }
        Ok(made)
    }
}

impl UnitOfWork<UpdateLocationType> {
    /// All levels that there are, as they stay until the end of the transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn levels(&self) -> Result<Vec<LocationType>, StoreError> {
        self.held_levels(self.proof.resource().project_space).await
    }

    /// How many are assigned to places of this level: mobile workers, web users and open invitations.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn people_there(&self) -> Result<u64, StoreError> {
        let level = self.proof.resource().id.0;
        let mut people = 0;
        let workers = (mobile_worker_location::Entity, mobile_worker_location::Column::LocationId);
        people += self.count_at(level, workers, None).await?;
        let members = (membership_location::Entity, membership_location::Column::LocationId);
        people += self.count_at(level, members, None).await?;
        let open = Query::select()
            .column(invitation::Column::Id)
            .from(invitation::Entity)
            .and_where(invitation::Column::State.eq(crate::domain::InvitationState::Pending.name()))
            .to_owned();
        let open = invitation_location::Column::InvitationId.in_subquery(open);
        let invited = (invitation_location::Entity, invitation_location::Column::LocationId);
        people += self.count_at(level, invited, Some(open)).await?;
        Ok(people)
    }

    async fn count_at<E: EntityTrait>(
        &self,
        level: uuid::Uuid,
        (entity, at): (E, E::Column),
        only: Option<Expr>,
    ) -> Result<u64, StoreError> {
        let places = Query::select()
            .column(location::Column::Id)
            .from(location::Entity)
            .and_where(location::Column::LocationTypeId.eq(level))
            .to_owned();
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(entity)
            .and_where(at.in_subquery(places))
            .and_where_option(only)
            .to_owned();
        Ok(self.one::<Count>(&query).await?.map_or(0, Count::of))
    }

    /// Writes what the level is to be.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed since it was judged, [`StoreError::Conflict`] when the code is taken.
    pub async fn update(&mut self, after: LocationType) -> Result<(), StoreError> {
        use location_type::Column;
        let before = self.proof.resource().clone();
        let after = LocationType { version: before.version.saturating_add(1), ..after };
        let written = location_type::Entity::update_many()
            .col_expr(Column::Name, Expr::val(after.name.as_str()))
            .col_expr(Column::Code, Expr::val(after.code.as_str()))
            .col_expr(Column::ParentId, Expr::val(after.parent.map(|id| id.0)))
            .col_expr(Column::SharesCases, Expr::val(after.flags.shares_cases))
            .col_expr(Column::ViewDescendants, Expr::val(after.flags.view_descendants))
            .col_expr(Column::HasUsers, Expr::val(after.flags.has_users))
            .col_expr(Column::Administrative, Expr::val(after.flags.administrative))
            .col_expr(Column::UpdatedAt, Expr::val(self.now))
            .col_expr(Column::Version, Expr::val(after.version))
            .filter(Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(Column::Version.eq(before.version))
            .exec(&self.tx)
            .await?;
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        for ((field, from), (_, to)) in told(&before).into_iter().zip(told(&after)) {
            self.changed(field, from, to);
        }
        Ok(self.proof.refresh(after)?)
    }
}

impl UnitOfWork<DeleteLocationType> {
    /// Takes the level away.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed since it was judged; [`StoreError::Gone`] when something is of it.
    pub async fn delete(&mut self) -> Result<(), StoreError> {
        let level = self.proof.resource().clone();
        let deleted = location_type::Entity::delete_many()
            .filter(location_type::Column::Id.eq(level.id.0))
            .filter(location_type::Column::Version.eq(level.version))
            .exec(&self.tx)
            .await?;
        if deleted.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        for (field, value) in told(&level) {
            self.changed(field, value, json!(null));
        }
        Ok(())
    }
}

/// What several of them ask.
impl<A: Action> UnitOfWork<A> {
    async fn held_levels(&self, space: ProjectSpaceId) -> Result<Vec<LocationType>, StoreError> {
        self.hold_the_space(space).await?;
        let rows = self.all::<location_type::Model>(&all_of(space)).await?;
        Ok(rows.into_iter().map(location_type_of).collect())
    }
}

impl<A: Action<Resource = LocationType>> UnitOfWork<A> {
    /// How many locations are of this level, and how many levels stand below it. Nothing joins them until the end of the
    /// transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn level_use(&self) -> Result<(u64, u64), StoreError> {
        let level = self.proof.resource();
        self.hold_the_space(level.project_space).await?;
        let places = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(location::Entity)
            .and_where(location::Column::ProjectSpaceId.eq(level.project_space.0))
            .and_where(location::Column::LocationTypeId.eq(level.id.0))
            .to_owned();
        let below = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(location_type::Entity)
            .and_where(location_type::Column::ProjectSpaceId.eq(level.project_space.0))
            .and_where(location_type::Column::ParentId.eq(level.id.0))
            .to_owned();
        let places = self.one::<Count>(&places).await?.map_or(0, Count::of);
        Ok((places, self.one::<Count>(&below).await?.map_or(0, Count::of)))
    }
}

/// What the audit tells of a level.
fn told(level: &LocationType) -> [(&'static str, Json); 7] {
    [
        ("name", json!(level.name)),
        ("code", json!(level.code)),
        ("parent", json!(level.parent.map(|id| id.to_string()))),
        ("shares_cases", json!(level.flags.shares_cases)),
        ("view_descendants", json!(level.flags.view_descendants)),
        ("has_users", json!(level.flags.has_users)),
        ("administrative", json!(level.flags.administrative)),
    ]
}
