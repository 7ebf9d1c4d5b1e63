//! Roles. Whether one is in use is asked in `role_use`.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::link::{Link, parse_ids};
use super::member::ids;
use super::row_filter::{self, Column};
use super::transaction::Transaction;
use crate::authz::{
    Action, ArchiveRole, CreateRole, DeleteRole, Scope, Sealed, UnarchiveRole, UpdateRole, Visible,
};
use crate::domain::{
    InvitationState, NewRole, ProjectSpaceId, Role, RoleId,
    permission::{Grants, Items},
};
use chrono::{DateTime, Utc};
use entity::{invitation, role, role_assigner, role_custom_permission};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Set};
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
    version: i32,
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
        version: row.version,
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
    fn select_all_roles(&self) -> SelectStatement {
        Query::select()
            .columns([
                role::Column::Id,
                role::Column::ProjectSpaceId,
                role::Column::Name,
                role::Column::Grants,
                role::Column::EditableByNonAdmins,
                role::Column::IsMobileDefault,
                role::Column::IsArchived,
                role::Column::Version,
            ])
            .expr_as(ASSIGNERS.ids_of(self.backend(), "role.id"), "assignable_by")
            .from(role::Entity)
            .to_owned()
    }

    fn select_roles<A: Action<Resource = Role>>(
        &self,
        scope: &Scope<A>,
    ) -> Result<SelectStatement, StoreError> {
        Ok(self
            .select_all_roles()
            .and_where(role::Column::ProjectSpaceId.eq(scope.project_space().0))
            .cond_where(row_filter::rows(scope.rows(), columns)?)
            .to_owned())
    }

    /// A role.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn role(&self, id: RoleId) -> Result<Option<Sealed<Role>>, StoreError> {
        let query = self.select_all_roles().and_where(role::Column::Id.eq(id.0)).to_owned();
        self.one(&query).await?.map(sealed).transpose()
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
        for (field, value) in told(&role) {
            self.changed(field, json!(null), value);
        }
        Ok(role)
    }
}

impl UnitOfWork<UpdateRole> {
    /// Writes what the role is to be.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken; [`StoreError::Stale`] when the role has changed since it was
    /// judged.
    pub async fn update(&mut self, after: Role) -> Result<(), StoreError> {
        self.write_role(after).await
    }
}

impl UnitOfWork<ArchiveRole> {
    /// Has the role given to nobody any more.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the role has changed since it was judged.
    pub async fn archive(&mut self) -> Result<(), StoreError> {
        self.write_role(Role { is_archived: true, ..self.proof.resource().clone() }).await
    }
}

impl UnitOfWork<UnarchiveRole> {
    /// Has the role given again.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the role has changed since it was judged.
    pub async fn unarchive(&mut self) -> Result<(), StoreError> {
        self.write_role(Role { is_archived: false, ..self.proof.resource().clone() }).await
    }
}

impl UnitOfWork<DeleteRole> {
    /// Takes the role away, out of the lists of those who may give other roles too.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the role has changed since it was judged.
    pub async fn delete(&mut self) -> Result<(), StoreError> {
        let role = self.proof.resource().clone();
        role_assigner::Entity::delete_many()
            .filter(
                role_assigner::Column::RoleId
                    .eq(role.id.0)
                    .or(role_assigner::Column::AssignerId.eq(role.id.0)),
            )
            .exec(&self.tx)
            .await?;
        self.delete_custom_permissions(role.id).await?;
        // Those that were accepted or deleted are history, and the audit has what they gave.
        invitation::Entity::update_many()
            .col_expr(invitation::Column::RoleId, Expr::val(None::<Uuid>))
            .filter(invitation::Column::RoleId.eq(role.id.0))
            .filter(invitation::Column::State.ne(InvitationState::Pending.name()))
            .exec(&self.tx)
            .await?;
        let deleted = role::Entity::delete_many()
            .filter(role::Column::Id.eq(role.id.0))
            .filter(role::Column::Version.eq(role.version))
            .exec(&self.tx)
            .await?;
        if deleted.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        for (field, value) in told(&role) {
            self.changed(field, value, json!(null));
        }
        Ok(())
    }
}

/// What every write on a role shares. Which unit of work may do what is said above.
impl<A: Action<Resource = Role>> UnitOfWork<A> {
    async fn write_role(&mut self, after: Role) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let after = Role { version: before.version.saturating_add(1), ..after };
        let written = role::Entity::update_many()
            .col_expr(role::Column::Name, Expr::val(after.name.as_str()))
            .col_expr(role::Column::NameKey, Expr::val(after.name.to_lowercase()))
            .col_expr(role::Column::Grants, Expr::val(stored_grants(&after.grants)))
            .col_expr(role::Column::EditableByNonAdmins, Expr::val(after.editable_by_non_admins))
            .col_expr(role::Column::IsArchived, Expr::val(after.is_archived))
            .col_expr(role::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(role::Column::Version, Expr::val(after.version))
            .filter(role::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(role::Column::Version.eq(before.version))
            .exec(&self.tx)
            .await?;
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        if after.assignable_by != before.assignable_by {
            role_assigner::Entity::delete_many()
                .filter(role_assigner::Column::RoleId.eq(before.id.0))
                .exec(&self.tx)
                .await?;
            insert_assigners(&self.tx, &after).await?;
        }
        if after.grants != before.grants {
            self.delete_custom_permissions(before.id).await?;
            insert_custom_permissions(&self.tx, &after).await?;
        }
        for ((field, from), (_, to)) in told(&before).into_iter().zip(told(&after)) {
            self.changed(field, from, to);
        }
        Ok(self.proof.refresh(after)?)
    }

    async fn delete_custom_permissions(&self, role: RoleId) -> Result<(), StoreError> {
        role_custom_permission::Entity::delete_many()
            .filter(role_custom_permission::Column::RoleId.eq(role.0))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}

/// What the audit tells of a role.
fn told(role: &Role) -> [(&'static str, Json); 5] {
    [
        ("name", json!(role.name)),
        ("grants", stored_grants(&role.grants)),
        ("assignable_by", ids(&role.assignable_by)),
        ("editable_by_non_admins", json!(role.editable_by_non_admins)),
        ("is_archived", json!(role.is_archived)),
    ]
}

pub(super) async fn insert(
    tx: &Transaction,
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
        version: 1,
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
        version: Set(role.version),
    };
    role::Entity::insert(row).exec_without_returning(tx).await?;
    insert_assigners(tx, &role).await?;
    insert_custom_permissions(tx, &role).await?;
    Ok(role)
}

async fn insert_assigners(tx: &Transaction, role: &Role) -> Result<(), StoreError> {
    let rows = role.assignable_by.iter().map(|assigner| role_assigner::ActiveModel {
        project_space_id: Set(role.project_space.0),
        role_id: Set(role.id.0),
        assigner_id: Set(assigner.0),
    });
    if !role.assignable_by.is_empty() {
        role_assigner::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn insert_custom_permissions(tx: &Transaction, role: &Role) -> Result<(), StoreError> {
    let rows: Vec<_> = role
        .grants
        .custom()
        .map(|name| role_custom_permission::ActiveModel {
            project_space_id: Set(role.project_space.0),
            role_id: Set(role.id.0),
            name: Set(name.to_owned()),
        })
        .collect();
    if !rows.is_empty() {
        role_custom_permission::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}
