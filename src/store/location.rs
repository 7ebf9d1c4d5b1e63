//! Locations and their types. Every location's lineage is kept in a table, so that reach is one look-up.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::link::{Link, parse_ids};
use super::page;
use super::row_filter::{self, Column};
use crate::authz::{
    Action, CreateLocation, CreateLocationType, ReadLocation, ReadLocationType, Scope, Sealed, Visible,
};
use crate::domain::{
    Direction, Location, LocationId, LocationType, LocationTypeId, NewLocation, NewLocationType, Page,
    PageRequest, ProjectSpaceId, SiteCode,
};
use entity::{location, location_ancestor, location_type};
use sea_orm::sea_query::{Expr, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Set};
use serde_json::json;
use uuid::Uuid;

/// Most location types that a list shows.
const TYPES_MAX: u64 = 100;

/// From the place itself to the top.
pub(super) const LINEAGE: Link =
    Link { table: "location_ancestor", owner: "location_id", item: "ancestor_id", order: "distance" };

#[derive(FromQueryResult)]
struct LocationRow {
    id: Uuid,
    project_space_id: Uuid,
    name: String,
    site_code: String,
    location_type_id: Uuid,
    parent_id: Option<Uuid>,
    is_archived: bool,
    lineage: Option<String>,
}

fn sealed(row: LocationRow) -> Result<Sealed<Location>, StoreError> {
    Ok(Sealed::new(Location {
        id: LocationId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        site_code: SiteCode::stored(row.site_code),
        location_type: LocationTypeId(row.location_type_id),
        parent: row.parent_id.map(LocationId),
        lineage: parse_ids(row.lineage.as_deref())?.into_iter().map(LocationId).collect(),
        is_archived: row.is_archived,
    }))
}

fn sealed_type(row: location_type::Model) -> Sealed<LocationType> {
    Sealed::new(LocationType {
        id: LocationTypeId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        code: row.code,
        parent: row.parent_id.map(LocationTypeId),
    })
}

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    let column = |column: location::Column| Expr::col((location::Entity, column));
    Some(match name {
        "id" => Column::Id(column(location::Column::Id)),
        "name" => Column::Text(column(location::Column::Name)),
        "site_code" => Column::Text(column(location::Column::SiteCode)),
        "type_id" => Column::Id(column(location::Column::LocationTypeId)),
        "parent_id" => Column::MaybeId(column(location::Column::ParentId)),
        "is_archived" => Column::Boolean(column(location::Column::IsArchived)),
        "location_lineage" => Column::Ids(LINEAGE, ("location", "id")),
        _ => return None,
    })
}

fn type_columns(name: &str) -> Option<Column> {
    let column = |column: location_type::Column| Expr::col((location_type::Entity, column));
    Some(match name {
        "id" => Column::Id(column(location_type::Column::Id)),
        "name" => Column::Text(column(location_type::Column::Name)),
        "code" => Column::Text(column(location_type::Column::Code)),
        _ => return None,
    })
}

impl Store {
    fn select_locations<A: Action<Resource = Location>>(
        &self,
        scope: &Scope<A>,
    ) -> Result<SelectStatement, StoreError> {
        Ok(Query::select()
            .columns([
                location::Column::Id,
                location::Column::ProjectSpaceId,
                location::Column::Name,
                location::Column::SiteCode,
                location::Column::LocationTypeId,
                location::Column::ParentId,
                location::Column::IsArchived,
            ])
            .expr_as(LINEAGE.ids_of(self.backend(), "location.id"), "lineage")
            .from(location::Entity)
            .and_where(location::Column::ProjectSpaceId.eq(scope.project_space().0))
            .cond_where(row_filter::rows(scope.rows(), columns)?)
            .to_owned())
    }

    /// The locations with these ids that are in scope, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn locations_with_ids<A: Action<Resource = Location>>(
        &self,
        scope: &Scope<A>,
        ids: &[LocationId],
    ) -> Result<Vec<Visible<Location>>, StoreError> {
        let mut query = self.select_locations(scope)?;
        query.and_where(location::Column::Id.is_in(ids.iter().map(|id| id.0)));
        self.all(&query).await?.into_iter().map(|row| Ok(scope.open(sealed(row)?))).collect()
    }

    /// A page of the locations in scope, by name: all of them, or those right below a place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn locations(
        &self,
        scope: &Scope<ReadLocation>,
        parent: Option<LocationId>,
        request: &PageRequest,
    ) -> Result<Page<Visible<Location>>, StoreError> {
        let mut query = self.select_locations(scope)?;
        if let Some(parent) = parent {
            query.and_where(location::Column::ParentId.eq(parent.0));
        }
        page::cut(
            &mut query,
            request,
            Expr::col((location::Entity, location::Column::Name)),
            Expr::col((location::Entity, location::Column::Id)),
            Direction::Ascending,
        );
        let rows = self.all(&query).await?.into_iter().map(|row| Ok(scope.open(sealed(row)?)));
        Ok(Page::of(rows.collect::<Result<_, StoreError>>()?, request))
    }

    /// How many locations are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_locations(
        &self,
        scope: &Scope<ReadLocation>,
        parent: Option<LocationId>,
    ) -> Result<u64, StoreError> {
        let mut query = self.select_locations(scope)?;
        if let Some(parent) = parent {
            query.and_where(location::Column::ParentId.eq(parent.0));
        }
        self.count(query).await
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
        let mut query = location_type::Entity::find()
            .filter(location_type::Column::ProjectSpaceId.eq(scope.project_space().0))
            .into_query();
        query.cond_where(row_filter::rows(scope.rows(), type_columns)?);
        if let Some(ids) = ids {
            query.and_where(location_type::Column::Id.is_in(ids.iter().map(|id| id.0)));
        }
        query.order_by(location_type::Column::Name, Order::Asc).limit(TYPES_MAX);
        Ok(self.all(&query).await?.into_iter().map(|row| scope.open(sealed_type(row))).collect())
    }
}

impl UnitOfWork<CreateLocationType> {
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
            shares_cases: Set(false),
            view_descendants: Set(false),
            has_users: Set(true),
            administrative: Set(false),
        };
        location_type::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.made(&made);
        self.changed("name", json!(null), json!(made.name));
        Ok(made)
    }
}

#[derive(FromQueryResult)]
struct Code {
    site_code: String,
}

impl UnitOfWork<CreateLocation> {
    /// Makes the location below its parent, whose lineage it continues.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken among its siblings, or the site code in the project space.
    pub async fn create(
        &mut self,
        new: NewLocation,
        parent: Option<&Location>,
    ) -> Result<Location, StoreError> {
        let space = self.proof.resource().id;
        let site_code = match new.generated_code {
            true => self.free_code(space, &new.site_code).await?,
            false => new.site_code,
        };
        let id = LocationId::fresh(self.now);
        let above = parent.map(|parent| parent.lineage.clone()).unwrap_or_default();
        let made = Location {
            id,
            project_space: space,
            name: new.name,
            site_code,
            location_type: new.location_type,
            parent: new.parent,
            lineage: std::iter::once(id).chain(above).collect(),
            is_archived: false,
        };
        let row = location::ActiveModel {
            id: Set(id.0),
            project_space_id: Set(space.0),
            name: Set(made.name.clone()),
            site_code: Set(made.site_code.to_string()),
            location_type_id: Set(made.location_type.0),
            parent_id: Set(made.parent.map(|id| id.0)),
            is_archived: Set(false),
            created_at: Set(self.now),
            updated_at: Set(self.now),
            version: Set(1),
            latitude: Set(None),
            longitude: Set(None),
            metadata: Set(json!({})),
            archived_with: Set(None),
            search_text: Set(String::new()),
        };
        location::Entity::insert(row).exec_without_returning(&self.tx).await?;
        let lineage =
            made.lineage.iter().zip(0..).map(|(ancestor, distance)| location_ancestor::ActiveModel {
                location_id: Set(id.0),
                ancestor_id: Set(ancestor.0),
                distance: Set(distance),
            });
        location_ancestor::Entity::insert_many(lineage).exec_without_returning(&self.tx).await?;
        self.made(&made);
        self.changed("name", json!(null), json!(made.name));
        self.changed("site_code", json!(null), json!(made.site_code.as_str()));
        self.changed("parent", json!(null), json!(made.parent.map(|id| id.to_string())));
        Ok(made)
    }

    /// The code, or its first numbered variant that is free.
    async fn free_code(&self, space: ProjectSpaceId, wanted: &SiteCode) -> Result<SiteCode, StoreError> {
        let query = Query::select()
            .column(location::Column::SiteCode)
            .from(location::Entity)
            .and_where(location::Column::ProjectSpaceId.eq(space.0))
            // A prefix as a range: the index on the code answers it. `~` sorts after every character of a code.
            .and_where(location::Column::SiteCode.gte(wanted.as_str()))
            .and_where(location::Column::SiteCode.lt(format!("{wanted}~")))
            .to_owned();
        let mut taken = std::collections::HashSet::new();
        for row in sea_orm::ConnectionTrait::query_all(&self.tx, &query).await? {
            taken.insert(Code::from_query_result(&row, "")?.site_code);
        }
        if !taken.contains(wanted.as_str()) {
            return Ok(wanted.clone());
        }
        let free = (2..).map(|number| wanted.numbered(number)).find(|code| !taken.contains(code.as_str()));
        Ok(free.unwrap_or_else(|| wanted.clone()))
    }
}
