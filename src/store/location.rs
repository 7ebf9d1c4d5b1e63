//! Locations: read, listed and made. Every location's lineage is kept in a table, so that reach is one look-up. Changes are
//! in `location_change`, types in `location_type`.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::link::{Link, parse_ids};
use super::location_change::search_text;
use super::row_filter::{self, Column};
use super::{page, search};
use crate::authz::{Action, CreateLocation, Opened, ReadLocation, Scope, Sealed, Visible};
use crate::domain::{
    Coordinates, Direction, Location, LocationFilter, LocationId, LocationTypeId, NewLocation, Page,
    PageRequest, ProjectSpaceId, SiteCode,
};
use chrono::{DateTime, Utc};
use entity::{location, location_ancestor, location_type};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, FromQueryResult, Set};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use uuid::Uuid;

/// From the place itself to the top.
pub(super) const LINEAGE: Link =
    Link { table: "location_ancestor", owner: "location_id", item: "ancestor_id", order: "distance" };

#[derive(FromQueryResult)]
struct FoundId {
    id: Uuid,
}

#[derive(FromQueryResult)]
pub(super) struct LocationRow {
    id: Uuid,
    project_space_id: Uuid,
    name: String,
    site_code: String,
    location_type_id: Uuid,
    parent_id: Option<Uuid>,
    is_archived: bool,
    version: i32,
    latitude: Option<f64>,
    longitude: Option<f64>,
    metadata: Json,
    archived_with: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    has_users: bool,
    lineage: Option<String>,
}

pub(super) fn location(row: LocationRow) -> Result<Location, StoreError> {
    let Json::Object(metadata) = row.metadata else {
        return Err(StoreError::Inconsistent("metadata of a location"));
    };
    Ok(Location {
        id: LocationId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        site_code: SiteCode::stored(row.site_code),
        location_type: LocationTypeId(row.location_type_id),
        parent: row.parent_id.map(LocationId),
        lineage: parse_ids(row.lineage.as_deref())?.into_iter().map(LocationId).collect(),
        has_users: row.has_users,
        coordinates: row
            .latitude
            .zip(row.longitude)
            .and_then(|(latitude, longitude)| Coordinates::new(latitude, longitude)),
        metadata,
        is_archived: row.is_archived,
        archived_with: row.archived_with.map(LocationId),
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

fn sealed(row: LocationRow) -> Result<Sealed<Location>, StoreError> {
    Ok(Sealed::new(location(row)?))
}

/// A location with its lineage and what its level says, in one statement.
pub(super) fn select(backend: DbBackend) -> SelectStatement {
    use location::Column;
    let columns = [
        Column::Id,
        Column::ProjectSpaceId,
        Column::Name,
        Column::SiteCode,
        Column::LocationTypeId,
        Column::ParentId,
        Column::IsArchived,
        Column::Version,
        Column::Latitude,
        Column::Longitude,
        Column::Metadata,
        Column::ArchivedWith,
        Column::CreatedAt,
        Column::UpdatedAt,
    ];
    Query::select()
        .columns(columns.map(|column| (location::Entity, column)))
        .column((location_type::Entity, location_type::Column::HasUsers))
        .expr_as(LINEAGE.ids_of(backend, "location.id"), "lineage")
        .from(location::Entity)
        .inner_join(
            location_type::Entity,
            Expr::col((location_type::Entity, location_type::Column::Id))
                .equals((location::Entity, Column::LocationTypeId)),
        )
        .to_owned()
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

impl Store {
    fn select_locations<A: Action<Resource = Location>>(
        &self,
        scope: &Scope<A>,
    ) -> Result<SelectStatement, StoreError> {
        let mut query = select(self.backend());
        query
            .and_where(location::Column::ProjectSpaceId.eq(scope.project_space().0))
            .cond_where(row_filter::rows(scope.rows(), columns)?);
        Ok(query)
    }

    fn listed(
        &self,
        scope: &Scope<ReadLocation>,
        filter: &LocationFilter,
    ) -> Result<SelectStatement, StoreError> {
        let mut query = self.select_locations(scope)?;
        match filter.parent {
            None => {}
            Some(None) => drop(query.and_where(location::Column::ParentId.is_null())),
            Some(Some(parent)) => drop(query.and_where(location::Column::ParentId.eq(parent.0))),
        }
        if let Some(types) = &filter.types {
            query.and_where(location::Column::LocationTypeId.is_in(types.iter().map(|id| id.0)));
        }
        if !filter.include_archived {
            query.and_where(location::Column::IsArchived.eq(false));
        }
        let text = Expr::col((location::Entity, location::Column::SearchText));
        search::narrow(&mut query, &text, filter.search.as_deref());
        Ok(query)
    }

    fn cut_locations(
        &self,
        scope: &Scope<ReadLocation>,
        filter: &LocationFilter,
        request: &PageRequest,
    ) -> Result<SelectStatement, StoreError> {
        let mut query = self.listed(scope, filter)?;
        page::cut(
            &mut query,
            request,
            Expr::col((location::Entity, location::Column::Name)),
            Expr::col((location::Entity, location::Column::Id)),
            Direction::Ascending,
        );
        Ok(query)
    }

    /// A location, archived or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn location(&self, id: LocationId) -> Result<Option<Sealed<Location>>, StoreError> {
        let query = select(self.backend()).and_where(location::Column::Id.eq(id.0)).to_owned();
        self.one(&query).await?.map(sealed).transpose()
    }

    /// The location with this site code, if it is in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn location_with_code(
        &self,
        scope: &Scope<ReadLocation>,
        code: &SiteCode,
    ) -> Result<Option<Visible<Location>>, StoreError> {
        let mut query = self.select_locations(scope)?;
        query.and_where(location::Column::SiteCode.eq(code.as_str()));
        self.one(&query).await?.map(|row| Ok(scope.open(sealed(row)?))).transpose()
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

    /// Those of these locations that are neither among `held` nor below one of them, in their order. Asked about a row
    /// that policy has opened to the caller.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn locations_outside(
        &self,
        _opened: &impl Opened,
        held: &[LocationId],
        locations: &[LocationId],
    ) -> Result<Vec<LocationId>, StoreError> {
        use location_ancestor::Column;
        let mut outside = locations.to_vec();
        outside.retain(|id| !held.contains(id));
        if outside.is_empty() || held.is_empty() {
            return Ok(outside);
        }
        let query = Query::select()
            .distinct()
            .expr_as(Expr::col((location_ancestor::Entity, Column::LocationId)), "id")
            .from(location_ancestor::Entity)
            .and_where(Column::LocationId.is_in(outside.iter().map(|id| id.0)))
            .and_where(Column::AncestorId.is_in(held.iter().map(|id| id.0)))
            .to_owned();
        let inside: Vec<FoundId> = self.all(&query).await?;
        outside.retain(|id| !inside.iter().any(|found| found.id == id.0));
        Ok(outside)
    }

    /// A page of the locations in scope, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn locations(
        &self,
        scope: &Scope<ReadLocation>,
        filter: &LocationFilter,
        request: &PageRequest,
    ) -> Result<Page<Visible<Location>>, StoreError> {
        let query = self.cut_locations(scope, filter, request)?;
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
        filter: &LocationFilter,
    ) -> Result<u64, StoreError> {
        self.count(self.listed(scope, filter)?).await
    }

    /// The same part of what stands right below each of these places and is in scope, by name, in one statement.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn children_of(
        &self,
        scope: &Scope<ReadLocation>,
        parents: &[LocationId],
        include_archived: bool,
        request: &PageRequest,
    ) -> Result<HashMap<LocationId, Page<Visible<Location>>>, StoreError> {
        let mut lists = Vec::new();
        for parent in parents {
            let filter =
                LocationFilter { parent: Some(Some(*parent)), include_archived, ..LocationFilter::default() };
            lists.push((parent.0, self.cut_locations(scope, &filter, request)?));
        }
        let mut found = self.lists(lists, ["name", "id"]).await?;
        let page = |parent: &LocationId| {
            let rows = found.remove(&parent.0).unwrap_or_default().into_iter();
            let rows = rows.map(|row| Ok(scope.open(sealed(row)?))).collect::<Result<_, StoreError>>()?;
            Ok((*parent, Page::of(rows, request)))
        };
        parents.iter().map(page).collect()
    }

    /// How many places in scope stand right below each of these, in one statement; nothing for none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_children_of(
        &self,
        scope: &Scope<ReadLocation>,
        parents: &[LocationId],
        include_archived: bool,
    ) -> Result<HashMap<LocationId, u64>, StoreError> {
        let mut query =
            self.listed(scope, &LocationFilter { include_archived, ..LocationFilter::default() })?;
        query
            .expr_as(Expr::col((location::Entity, location::Column::ParentId)), page::OWNER)
            .and_where(location::Column::ParentId.is_in(parents.iter().map(|id| id.0)));
        let counts = self.counts(query).await?;
        Ok(counts.into_iter().map(|(id, number)| (LocationId(id), number)).collect())
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
    /// [`StoreError::Conflict`] when the name is taken among its siblings, or the site code in the project space;
    /// [`StoreError::Stale`] when the parent has been moved, archived or taken away since it was looked at.
    pub async fn create(
        &mut self,
        new: NewLocation,
        has_users: bool,
        parent: Option<&Location>,
    ) -> Result<Location, StoreError> {
        let space = self.proof.resource().id;
        self.hold_the_space(space).await?;
        if let Some(parent) = parent {
            self.is_still(parent).await?;
        }
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
            has_users,
            parent: new.parent,
            lineage: std::iter::once(id).chain(above).collect(),
            coordinates: new.coordinates,
            metadata: new.metadata,
            is_archived: false,
            archived_with: None,
            created_at: self.now,
            updated_at: self.now,
            version: 1,
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
            latitude: Set(made.coordinates.map(|at| at.latitude)),
            longitude: Set(made.coordinates.map(|at| at.longitude)),
            metadata: Set(Json::Object(made.metadata.clone())),
            archived_with: Set(None),
            search_text: Set(search_text(&made)),
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
        for (field, value) in told(&made) {
            self.changed(field, json!(null), value);
        }
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

/// What the audit tells of a location.
pub(super) fn told(location: &Location) -> [(&'static str, Json); 8] {
    let Location { coordinates, metadata, .. } = location;
    [
        ("name", json!(location.name)),
        ("site_code", json!(location.site_code.as_str())),
        ("type", json!(location.location_type.to_string())),
        ("parent", json!(location.parent.map(|id| id.to_string()))),
        ("latitude", json!(coordinates.map(|at| at.latitude))),
        ("longitude", json!(coordinates.map(|at| at.longitude))),
        ("metadata", Json::Object(metadata.clone())),
        ("is_archived", json!(location.is_archived)),
    ]
}
