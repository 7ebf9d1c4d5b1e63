//! The permissions that project spaces declare.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::page::Count;
use super::row_filter::{self, Column};
use crate::authz::{Action, CreateCustomPermission, DeleteCustomPermission, Scope, Sealed, Visible};
use crate::domain::{CustomPermission, CustomPermissionId, ProjectSpaceId};
use entity::{custom_permission, role_custom_permission};
use sea_orm::sea_query::{Expr, Func, Order, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};
use serde_json::json;

fn sealed(row: custom_permission::Model) -> Sealed<CustomPermission> {
    Sealed::new(CustomPermission {
        id: CustomPermissionId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        description: row.description,
        can_be_limited: row.can_be_limited,
    })
}

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    let column = |column: custom_permission::Column| Expr::col((custom_permission::Entity, column));
    Some(match name {
        "id" => Column::Id(column(custom_permission::Column::Id)),
        "name" => Column::Text(column(custom_permission::Column::Name)),
        _ => return None,
    })
}

impl Store {
    /// The declared permissions in scope, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn custom_permissions<A: Action<Resource = CustomPermission>>(
        &self,
        scope: &Scope<A>,
    ) -> Result<Vec<Visible<CustomPermission>>, StoreError> {
        let mut query = custom_permission::Entity::find()
            .filter(custom_permission::Column::ProjectSpaceId.eq(scope.project_space().0))
            .into_query();
        query
            .cond_where(row_filter::rows(scope.rows(), columns)?)
            .order_by(custom_permission::Column::Name, Order::Asc);
        let rows: Vec<custom_permission::Model> = self.all(&query).await?;
        Ok(rows.into_iter().map(|row| scope.open(sealed(row))).collect())
    }

    /// A declared permission.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn custom_permission(
        &self,
        id: CustomPermissionId,
    ) -> Result<Option<Sealed<CustomPermission>>, StoreError> {
        let query =
            custom_permission::Entity::find().filter(custom_permission::Column::Id.eq(id.0)).into_query();
        Ok(self.one(&query).await?.map(sealed))
    }
}

impl UnitOfWork<CreateCustomPermission> {
    /// Declares the permission.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the project space has one of that name.
    pub async fn create(
        &mut self,
        name: String,
        description: String,
        can_be_limited: bool,
    ) -> Result<CustomPermission, StoreError> {
        let made = CustomPermission {
            id: CustomPermissionId::fresh(self.now),
            project_space: self.proof.resource().id,
            name,
            description,
            can_be_limited,
        };
        let row = custom_permission::ActiveModel {
            id: Set(made.id.0),
            project_space_id: Set(made.project_space.0),
            name: Set(made.name.clone()),
            description: Set(made.description.clone()),
            can_be_limited: Set(made.can_be_limited),
            created_at: Set(self.now),
        };
        custom_permission::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.made(&made);
        self.changed("name", json!(null), json!(made.name));
        self.changed("description", json!(null), json!(made.description));
        self.changed("can_be_limited", json!(null), json!(made.can_be_limited));
        Ok(made)
    }
}

impl UnitOfWork<DeleteCustomPermission> {
    /// How many roles grant it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grants_of_it(&self) -> Result<u64, StoreError> {
        let permission = self.proof.resource();
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(role_custom_permission::Entity)
            .and_where(role_custom_permission::Column::ProjectSpaceId.eq(permission.project_space.0))
            .and_where(role_custom_permission::Column::Name.eq(permission.name.as_str()))
            .to_owned();
        Ok(self.one::<Count>(&query).await?.map_or(0, Count::of))
    }

    /// Takes the permission back.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when a role grants it after all; [`StoreError::Stale`] when it is not there any more.
    pub async fn delete(&mut self) -> Result<(), StoreError> {
        let permission = self.proof.resource().clone();
        let deleted = custom_permission::Entity::delete_many()
            .filter(custom_permission::Column::Id.eq(permission.id.0))
            .exec(&self.tx)
            .await?;
        if deleted.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.changed("name", json!(permission.name), json!(null));
        self.changed("description", json!(permission.description), json!(null));
        self.changed("can_be_limited", json!(permission.can_be_limited), json!(null));
        Ok(())
    }
}
