//! Web users' accounts.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use crate::authz::{AddWebUser, Sealed};
use crate::domain::{Email, LocationId, MembershipId, RoleId, WebUser, WebUserId};
use entity::{membership, membership_location, web_user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};
use serde_json::json;

impl Store {
    /// A web user's account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn web_user(&self, id: WebUserId) -> Result<Option<Sealed<WebUser>>, StoreError> {
        let query = web_user::Entity::find().filter(web_user::Column::Id.eq(id.0)).into_query();
        Ok(self.one::<web_user::Model>(&query).await?.map(|row| {
            Sealed::new(WebUser {
                id: WebUserId(row.id),
                email: Email::stored(row.email),
                first_name: row.first_name,
                last_name: row.last_name,
                last_login_at: row.last_login_at,
            })
        }))
    }
}

/// A web user to be added to a project space.
#[derive(Debug)]
pub struct WebUserRow<'a> {
    /// The sign-in name.
    pub email: String,
    /// For a new account.
    pub first_name: String,
    /// For a new account.
    pub last_name: String,
    /// For a new account.
    pub password_hash: Option<String>,
    /// The role; none makes an admin.
    pub role: Option<RoleId>,
    /// The assigned locations.
    pub locations: &'a [LocationId],
}

impl UnitOfWork<AddWebUser> {
    /// Makes the account if there is none, and the membership. Nothing when the account is new and has no password.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when they are a member already.
    pub async fn add(&mut self, row: WebUserRow<'_>) -> Result<Option<WebUserId>, StoreError> {
        let query = web_user::Entity::find().filter(web_user::Column::Email.eq(&row.email)).into_query();
        let account = match (self.one::<web_user::Model>(&query).await?, &row.password_hash) {
            (Some(account), _) => WebUserId(account.id),
            (None, None) => return Ok(None),
            (None, Some(_)) => self.insert_account(&row).await?,
        };
        let space = self.proof.resource().id;
        let id = MembershipId::fresh(self.now);
        let member = membership::ActiveModel {
            id: Set(id.0),
            project_space_id: Set(space.0),
            web_user_id: Set(account.0),
            is_admin: Set(row.role.is_none()),
            role_id: Set(row.role.map(|id| id.0)),
            primary_location_id: Set(row.locations.first().map(|id| id.0)),
            is_active: Set(true),
            joined_at: Set(self.now),
            version: Set(1),
        };
        membership::Entity::insert(member).exec_without_returning(&self.tx).await?;
        let locations =
            row.locations.iter().zip(0..).map(|(location, position)| membership_location::ActiveModel {
                membership_id: Set(id.0),
                project_space_id: Set(space.0),
                location_id: Set(location.0),
                position: Set(position),
            });
        if !row.locations.is_empty() {
            membership_location::Entity::insert_many(locations).exec_without_returning(&self.tx).await?;
        }
        self.changed("web_user", json!(null), json!(account.to_string()));
        self.changed("role", json!(null), json!(row.role.map(|id| id.to_string())));
        Ok(Some(account))
    }

    async fn insert_account(&self, row: &WebUserRow<'_>) -> Result<WebUserId, StoreError> {
        let id = WebUserId::fresh(self.now);
        let account = web_user::ActiveModel {
            id: Set(id.0),
            email: Set(row.email.clone()),
            first_name: Set(row.first_name.clone()),
            last_name: Set(row.last_name.clone()),
            password_hash: Set(row.password_hash.clone()),
            is_active: Set(true),
            last_login_at: Set(None),
            created_at: Set(self.now),
            updated_at: Set(self.now),
            version: Set(1),
        };
        web_user::Entity::insert(account).exec_without_returning(&self.tx).await?;
        Ok(id)
    }
}
