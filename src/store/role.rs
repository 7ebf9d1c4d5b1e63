//! Roles.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::link::{Link, parse_ids};
use super::row_filter::{self, Column};
use crate::authz::{Action, CreateRole, Scope, Sealed, Visible};
use crate::domain::{
    NewRole, ProjectSpaceId, Role, RoleId,
    permission::{Grants, Items},
};
use chrono::{DateTime, Utc};
use entity::{role, role_assigner};
use sea_orm::sea_query::{Expr, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult, Set};
use serde_json::{Map, Value as Json, json};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// Most roles of one project space that a list shows.
pub const ROLES_MAX: u64 = 500;

pub(super) const ASSIGNERS: Link =
    Link { table: "role_assigner", owner: "role_id", item: "assigner_id", order: "assigner_id" };

#[derive(FromQueryResult)]
struct RoleRow {
    id: Uuid,
    project_space_id: Uuid,
    name: String,
    grants: Json,
    editable_by_non_admins: bool,
    is_mobile_default: bool,
    is_archived: bool,
    assignable_by: Option<String>,
}

fn sealed(row: RoleRow) -> Result<Sealed<Role>, StoreError> {
    Ok(Sealed::new(Role {
        id: RoleId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        grants: grants(row.grants)?,
        assignable_by: parse_ids(row.assignable_by.as_deref())?.into_iter().map(RoleId).collect(),
        editable_by_non_admins: row.editable_by_non_admins,
        is_mobile_default: row.is_mobile_default,
        is_archived: row.is_archived,
    }))
}

/// Grants are kept as an object: a permission's name, and `true` or a list of items.
pub(super) fn grants(stored: Json) -> Result<Grants, StoreError> {
    let wrong = || StoreError::Inconsistent("grants of a role");
    let Json::Object(stored) = stored else { return Err(wrong()) };
    stored
        .into_iter()
        .map(|(name, items)| match items {
            Json::Bool(true) => Ok((name, Items::All)),
            Json::Array(items) => {
                let items = items.into_iter().map(|item| match item {
                    Json::String(item) => Ok(item),
                    _ => Err(wrong()),
                });
                Ok((name, Items::Only(items.collect::<Result<_, _>>()?)))
            }
            _ => Err(wrong()),
        })
        .collect()
}

fn stored_grants(grants: &Grants) -> Json {
    let entry = |(name, items): (&str, &Items)| {
        let items = match items {
            Items::All => json!(true),
            Items::Only(items) => json!(items),
        };
        (name.to_owned(), items)
    };
    Json::Object(grants.iter().map(entry).collect::<Map<_, _>>())
}

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    let column = |column: role::Column| Expr::col((role::Entity, column));
    Some(match name {
        "id" => Column::Id(column(role::Column::Id)),
        "name" => Column::Text(column(role::Column::Name)),
        "editable_by_non_admins" => Column::Boolean(column(role::Column::EditableByNonAdmins)),
        "is_archived" => Column::Boolean(column(role::Column::IsArchived)),
        "is_mobile_default" => Column::Boolean(column(role::Column::IsMobileDefault)),
        "assignable_by" => Column::Ids(ASSIGNERS, ("role", "id")),
        _ => return None,
    })
}

impl Store {
    fn select_roles<A: Action<Resource = Role>>(
        &self,
        scope: &Scope<A>,
    ) -> Result<SelectStatement, StoreError> {
        Ok(Query::select()
            .columns([
                role::Column::Id,
                role::Column::ProjectSpaceId,
                role::Column::Name,
                role::Column::Grants,
                role::Column::EditableByNonAdmins,
                role::Column::IsMobileDefault,
                role::Column::IsArchived,
            ])
            .expr_as(ASSIGNERS.ids_of(self.backend(), "role.id"), "assignable_by")
            .from(role::Entity)
            .and_where(role::Column::ProjectSpaceId.eq(scope.project_space().0))
            .cond_where(row_filter::rows(scope.rows(), columns)?)
            .to_owned())
    }

    /// The roles with these ids that are in scope, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roles_with_ids<A: Action<Resource = Role>>(
        &self,
        scope: &Scope<A>,
        ids: &[RoleId],
    ) -> Result<Vec<Visible<Role>>, StoreError> {
        let mut query = self.select_roles(scope)?;
        query.and_where(role::Column::Id.is_in(ids.iter().map(|id| id.0)));
        self.all(&query).await?.into_iter().map(|row| Ok(scope.open(sealed(row)?))).collect()
    }

    /// The role with this name, whatever its case, if it is in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn role_named<A: Action<Resource = Role>>(
        &self,
        scope: &Scope<A>,
        name: &str,
    ) -> Result<Option<Visible<Role>>, StoreError> {
        let name: String = name.trim().nfc().collect();
        if !row_filter::is_storable(&name) {
            return Ok(None);
        }
        let mut query = self.select_roles(scope)?;
        query.and_where(role::Column::NameKey.eq(name.to_lowercase()));
        self.one(&query).await?.map(|row| Ok(scope.open(sealed(row)?))).transpose()
    }

    /// The roles in scope, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roles<A: Action<Resource = Role>>(
        &self,
        scope: &Scope<A>,
        include_archived: bool,
    ) -> Result<Vec<Visible<Role>>, StoreError> {
        let mut query = self.select_roles(scope)?;
        if !include_archived {
            query.and_where(role::Column::IsArchived.eq(false));
        }
        query.order_by(role::Column::NameKey, Order::Asc).limit(ROLES_MAX);
        self.all(&query).await?.into_iter().map(|row| Ok(scope.open(sealed(row)?))).collect()
    }
}

impl UnitOfWork<CreateRole> {
    /// Makes the role.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn create(&mut self, new: NewRole) -> Result<Role, StoreError> {
        let role = insert(&self.tx, self.now, self.proof.resource().id, new).await?;
        self.made(&role);
        self.changed("name", json!(null), json!(role.name));
        self.changed("grants", json!(null), stored_grants(&role.grants));
        Ok(role)
    }
}

pub(super) async fn insert(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    space: ProjectSpaceId,
    new: NewRole,
) -> Result<Role, StoreError> {
    let role = Role {
        id: RoleId::fresh(now),
        project_space: space,
        name: new.name,
        grants: new.grants,
        assignable_by: new.assignable_by,
        editable_by_non_admins: new.editable_by_non_admins,
        is_mobile_default: new.is_mobile_default,
        is_archived: false,
    };
    let row = role::ActiveModel {
        id: Set(role.id.0),
        project_space_id: Set(space.0),
        name: Set(role.name.clone()),
        name_key: Set(role.name.to_lowercase()),
        grants: Set(stored_grants(&role.grants)),
        editable_by_non_admins: Set(role.editable_by_non_admins),
        is_mobile_default: Set(role.is_mobile_default),
        is_archived: Set(false),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    role::Entity::insert(row).exec_without_returning(tx).await?;
    let assigners: Vec<_> = role
        .assignable_by
        .iter()
        .map(|assigner| role_assigner::ActiveModel {
            project_space_id: Set(space.0),
            role_id: Set(role.id.0),
            assigner_id: Set(assigner.0),
        })
        .collect();
    if !assigners.is_empty() {
        role_assigner::Entity::insert_many(assigners).exec_without_returning(tx).await?;
    }
    Ok(role)
}
