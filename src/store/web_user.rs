//! Web users' accounts.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::member;
use super::transaction::Transaction;
use crate::authz::{AddWebUser, Sealed};
use crate::domain::{Assignment, Email, LocationId, QualifiedRole, RoleId, WebUser, WebUserId};
use chrono::{DateTime, Utc};
use entity::web_user;
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
            (None, Some(hash)) => {
                let new = NewAccount {
                    email: &row.email,
                    first_name: &row.first_name,
                    last_name: &row.last_name,
                    password_hash: Some(hash.clone()),
                };
                insert(&self.tx, self.now, new).await?
            }
        };
        let given = Assignment {
            role: row.role.map_or(QualifiedRole::Admin, QualifiedRole::Role),
            locations: row.locations.to_vec(),
            primary_location: row.locations.first().copied(),
        };
        member::insert(&self.tx, self.now, self.proof.resource().id, account, &given).await?;
        self.changed("web_user", json!(null), json!(account.to_string()));
        self.changed("role", json!(null), json!(row.role.map_or("admin".to_owned(), |id| id.to_string())));
        self.changed("locations", json!(null), member::ids(row.locations));
        Ok(Some(account))
    }
}

/// A web user's account that is to be made.
pub(super) struct NewAccount<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub password_hash: Option<String>,
}

/// Makes the account.
///
/// # Errors
/// [`StoreError::Conflict`] when the address has one.
pub(super) async fn insert(
    tx: &Transaction,
    now: DateTime<Utc>,
    new: NewAccount<'_>,
) -> Result<WebUserId, StoreError> {
    let id = WebUserId::fresh(now);
    let account = web_user::ActiveModel {
        id: Set(id.0),
        email: Set(new.email.to_owned()),
        first_name: Set(new.first_name.to_owned()),
        last_name: Set(new.last_name.to_owned()),
        password_hash: Set(new.password_hash),
        is_active: Set(true),
        last_login_at: Set(None),
        // What substring search looks through, in lower case, a line each.
        search_text: Set([new.email, new.first_name, new.last_name].join("\n").to_lowercase()),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    web_user::Entity::insert(account).exec_without_returning(tx).await?;
    Ok(id)
}
