//! Locations changed, moved, archived, brought back and taken away. The tree is held meanwhile: of two who would move places
//! below one another, or put one below a place that the other archives, the second sees what the first has done.

use super::connection::UnitOfWork;
use super::error::StoreError;
use super::location::{LocationRow, location as read, select, told};
use super::page::Count;
use super::role_use::count;
use crate::authz::{Action, ArchiveLocation, DeleteLocation, UnarchiveLocation, UpdateLocation};
use crate::domain::{InvitationState, Location, LocationId};
use entity::{
    invitation, invitation_location, location, location_ancestor, membership_location, mobile_worker_location,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use serde_json::json;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// What substring search looks through, in lower case.
pub(super) fn search_text(location: &Location) -> String {
    format!("{} {}", location.name, location.site_code).to_lowercase().nfc().collect()
}

/// Who and what is at a location or below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct LocationUse {
    /// Deleted ones too: they can be restored, and then are there again.
    pub mobile_workers: i64,
    /// Members of the project space and open invitations.
    pub web_users: i64,
    /// Places right below, archived ones too.
    pub places: i64,
}

impl UnitOfWork<UpdateLocation> {
    /// Holds the tree, and makes sure that what the move was judged by still stands.
    ///
    /// # Errors
    /// [`StoreError::Stale`].
    pub async fn hold(&self, parents: &[&Location]) -> Result<(), StoreError> {
        self.hold_the_space(self.proof.resource().project_space).await?;
        for parent in parents {
            self.is_still(parent).await?;
        }
        self.is_still(self.proof.resource()).await
    }

    /// How many places stand right below, archived ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn places_below(&self) -> Result<u64, StoreError> {
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(location::Entity)
            .and_where(location::Column::ParentId.eq(self.proof.resource().id.0))
            .to_owned();
        Ok(self.one::<Count>(&query).await?.map_or(0, Count::of))
    }

    /// Writes what the location is to be; with another parent, it and all below continue that one's lineage.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed since it was judged; [`StoreError::Conflict`] when the name is taken
    /// among its siblings, or the site code in the project space.
    pub async fn update(&mut self, after: Location, parent: Option<&Location>) -> Result<(), StoreError> {
        use location::Column;
        let before = self.proof.resource().clone();
        let values = vec![
            (Column::Name, Expr::val(after.name.as_str())),
            (Column::SiteCode, Expr::val(after.site_code.as_str())),
            (Column::LocationTypeId, Expr::val(after.location_type.0)),
            (Column::ParentId, Expr::val(after.parent.map(|id| id.0))),
            (Column::Latitude, Expr::val(after.coordinates.map(|at| at.latitude))),
            (Column::Longitude, Expr::val(after.coordinates.map(|at| at.longitude))),
            (Column::Metadata, Expr::val(serde_json::Value::Object(after.metadata.clone()))),
            (Column::SearchText, Expr::val(search_text(&after))),
        ];
        self.write_location(&before, values).await?;
        if after.parent != before.parent {
            self.replant(&before, parent).await?;
        }
        self.refresh_location(&before).await
    }

    /// Three statements, however much stands below.
    async fn replant(&self, moved: &Location, parent: Option<&Location>) -> Result<(), StoreError> {
        use location_ancestor::{Column, Entity};
        let above = moved.lineage.iter().filter(|id| **id != moved.id).map(|id| id.0);
        let above: Vec<Uuid> = above.collect();
        if !above.is_empty() {
            Entity::delete_many()
                .filter(Column::LocationId.in_subquery(subtree(moved.id)))
                .filter(Column::AncestorId.is_in(above))
                .exec(&self.tx)
                .await?;
        }
        let Some(parent) = parent else { return Ok(()) };
        let (below, above) = (Alias::new("below"), Alias::new("above"));
        let column = |table: &Alias, column: Column| Expr::col((table.clone(), column));
        let pairs = Query::select()
            .expr(column(&below, Column::LocationId))
            .expr(column(&above, Column::AncestorId))
            .expr(column(&below, Column::Distance).add(column(&above, Column::Distance)).add(1))
            .from_as(Entity, below.clone())
            .cross_join(sea_orm::sea_query::TableRef::from(Entity).alias(above.clone()))
            .and_where(column(&below, Column::AncestorId).eq(moved.id.0))
            .and_where(column(&above, Column::LocationId).eq(parent.id.0))
            .to_owned();
        let insert = Query::insert()
            .into_table(Entity)
            .columns([Column::LocationId, Column::AncestorId, Column::Distance])
            .select_from(pairs)
            .map_err(|_| StoreError::Inconsistent("move of a location"))?
            .to_owned();
        self.tx.execute(&insert).await?;
        Ok(())
    }
}

impl UnitOfWork<ArchiveLocation> {
    /// Archives the location with everything below that is not archived already. Who is there stays there: they would
    /// fall out of the reach of all who look after them. How many places went along.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed since it was judged.
    pub async fn archive(&mut self) -> Result<(), StoreError> {
        use location::{Column, Entity};
        let before = self.proof.resource().clone();
        self.hold_the_space(before.project_space).await?;
        self.write_location(&before, vec![(Column::IsArchived, Expr::val(true))]).await?;
        let along = Entity::update_many()
            .col_expr(Column::IsArchived, Expr::val(true))
            .col_expr(Column::ArchivedWith, Expr::val(before.id.0))
            .col_expr(Column::UpdatedAt, Expr::val(self.now))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.in_subquery(subtree(before.id)))
            .filter(Column::IsArchived.eq(false))
            .exec(&self.tx)
            .await?;
        self.changed("archived_along", json!(0), json!(along.rows_affected));
        self.refresh_location(&before).await
    }
}

impl UnitOfWork<UnarchiveLocation> {
    /// Whether the place above is archived.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_below_an_archived_one(&self) -> Result<bool, StoreError> {
        let place = self.proof.resource();
        self.hold_the_space(place.project_space).await?;
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(location::Entity)
            .and_where(location::Column::Id.is_in(place.lineage.iter().map(|id| id.0)))
            .and_where(location::Column::Id.ne(place.id.0))
            .and_where(location::Column::IsArchived.eq(true))
            .to_owned();
        Ok(self.one::<Count>(&query).await?.map_or(0, Count::of) > 0)
    }

    /// Brings the location back with everything that was archived along with it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed since it was judged.
    pub async fn unarchive(&mut self) -> Result<(), StoreError> {
        use location::{Column, Entity};
        let before = self.proof.resource().clone();
        let back =
            vec![(Column::IsArchived, Expr::val(false)), (Column::ArchivedWith, Expr::val(None::<Uuid>))];
        self.write_location(&before, back).await?;
        let along = Entity::update_many()
            .col_expr(Column::IsArchived, Expr::val(false))
            .col_expr(Column::ArchivedWith, Expr::val(None::<Uuid>))
            .col_expr(Column::UpdatedAt, Expr::val(self.now))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.in_subquery(subtree(before.id)))
            .filter(Column::ArchivedWith.eq(before.id.0))
            .exec(&self.tx)
            .await?;
        self.changed("unarchived_along", json!(0), json!(along.rows_affected));
        self.refresh_location(&before).await
    }
}

impl UnitOfWork<DeleteLocation> {
    /// Who and what is there. Nothing joins them until the end of the transaction, but for people, whom the database
    /// itself keeps from being left behind.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn location_use(&self) -> Result<LocationUse, StoreError> {
        let place = self.proof.resource();
        self.hold_the_space(place.project_space).await?;
        let id = place.id.0;
        let open = Query::select()
            .column(invitation::Column::Id)
            .from(invitation::Entity)
            .and_where(invitation::Column::State.eq(InvitationState::Pending.name()))
            .to_owned();
        let invited = invitation_location::Column::LocationId
            .eq(id)
            .and(invitation_location::Column::InvitationId.in_subquery(open));
        let query = Query::select()
            .expr_as(
                count(mobile_worker_location::Entity, mobile_worker_location::Column::LocationId.eq(id)),
                "mobile_workers",
            )
            .expr_as(
                count(membership_location::Entity, membership_location::Column::LocationId.eq(id))
                    .add(count(invitation_location::Entity, invited)),
                "web_users",
            )
            .expr_as(count(location::Entity, location::Column::ParentId.eq(id)), "places")
            .to_owned();
        self.one(&query).await?.ok_or(StoreError::Stale)
    }

    /// Takes the location away.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed since it was judged; [`StoreError::Gone`] when somebody or something is
    /// there after all.
    pub async fn delete(&mut self) -> Result<(), StoreError> {
        let place = self.proof.resource().clone();
        // Invitations that were accepted or deleted are history, and the audit has what they gave.
        let closed = Query::select()
            .column(invitation::Column::Id)
            .from(invitation::Entity)
            .and_where(invitation::Column::State.ne(InvitationState::Pending.name()))
            .to_owned();
        invitation_location::Entity::delete_many()
            .filter(invitation_location::Column::LocationId.eq(place.id.0))
            .filter(invitation_location::Column::InvitationId.in_subquery(closed))
            .exec(&self.tx)
            .await?;
        invitation::Entity::update_many()
            .col_expr(invitation::Column::PrimaryLocationId, Expr::val(None::<Uuid>))
            .filter(invitation::Column::PrimaryLocationId.eq(place.id.0))
            .filter(invitation::Column::State.ne(InvitationState::Pending.name()))
            .exec(&self.tx)
            .await?;
        location_ancestor::Entity::delete_many()
            .filter(location_ancestor::Column::LocationId.eq(place.id.0))
            .exec(&self.tx)
            .await?;
        let deleted = location::Entity::delete_many()
            .filter(location::Column::Id.eq(place.id.0))
            .filter(location::Column::Version.eq(place.version))
            .exec(&self.tx)
            .await?;
        if deleted.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        for (field, value) in told(&place) {
            self.changed(field, value, json!(null));
        }
        Ok(())
    }
}

impl<A: Action<Resource = Location>> UnitOfWork<A> {
    async fn write_location(
        &self,
        before: &Location,
        values: Vec<(location::Column, Expr)>,
    ) -> Result<(), StoreError> {
        let mut update = location::Entity::update_many()
            .col_expr(location::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(location::Column::Version, Expr::val(before.version.saturating_add(1)))
            .filter(location::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(location::Column::Version.eq(before.version));
        for (column, value) in values {
            update = update.col_expr(column, value);
        }
        if update.exec(&self.tx).await?.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    async fn refresh_location(&mut self, before: &Location) -> Result<(), StoreError> {
        let after = self.location_now(before.id).await?.ok_or(StoreError::Stale)?;
        for ((field, from), (_, to)) in told(before).into_iter().zip(told(&after)) {
            self.changed(field, from, to);
        }
        Ok(self.proof.refresh(after)?)
    }
}

/// What every change of the tree shares.
impl<A: Action> UnitOfWork<A> {
    /// A place is where and what it was when it was looked at.
    pub(super) async fn is_still(&self, seen: &Location) -> Result<(), StoreError> {
        let now = self.location_now(seen.id).await?;
        let same = |now: &Location| {
            (&now.lineage, now.location_type, now.is_archived)
                == (&seen.lineage, seen.location_type, seen.is_archived)
        };
        if now.as_ref().is_some_and(same) { Ok(()) } else { Err(StoreError::Stale) }
    }

    async fn location_now(&self, id: LocationId) -> Result<Option<Location>, StoreError> {
        let query = select(self.backend()).and_where(location::Column::Id.eq(id.0)).to_owned();
        self.one::<LocationRow>(&query).await?.map(read).transpose()
    }
}

/// A place and everything below.
fn subtree(id: LocationId) -> SelectStatement {
    Query::select()
        .column(location_ancestor::Column::LocationId)
        .from(location_ancestor::Entity)
        .and_where(location_ancestor::Column::AncestorId.eq(id.0))
        .to_owned()
}
