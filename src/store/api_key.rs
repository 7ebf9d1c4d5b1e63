//! API keys.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use crate::authz::{CreateApiKey, DeleteApiKey, Sealed};
use crate::domain::{ApiKey, ApiKeyId, ProjectSpaceId, RoleId, WebUserId};
use entity::api_key;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};
use serde_json::json;

pub(super) fn key(row: &api_key::Model) -> ApiKey {
    ApiKey {
        id: ApiKeyId(row.id),
        owner: WebUserId(row.web_user_id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name.clone(),
        role: row.role_id.map(RoleId),
        expires_at: row.expires_at,
        created_at: row.created_at,
    }
}

impl Store {
    /// An API key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn api_key(&self, id: ApiKeyId) -> Result<Option<Sealed<ApiKey>>, StoreError> {
        let query = api_key::Entity::find().filter(api_key::Column::Id.eq(id.0)).into_query();
        Ok(self.one::<api_key::Model>(&query).await?.map(|row| Sealed::new(key(&row))))
    }
}

impl UnitOfWork<CreateApiKey> {
    /// Keeps the key with the SHA-256 of its secret.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when its owner has one of that name.
    pub async fn create(
        &mut self,
        mut new: ApiKey,
        secret_hash: Vec<u8>,
        allowed_addresses: &[std::net::IpAddr],
    ) -> Result<ApiKey, StoreError> {
        new.project_space = self.proof.resource().id;
        let row = api_key::ActiveModel {
            id: Set(new.id.0),
            web_user_id: Set(new.owner.0),
            project_space_id: Set(new.project_space.0),
            role_id: Set(new.role.map(|id| id.0)),
            name: Set(new.name.clone()),
            secret_hash: Set(secret_hash),
            allowed_addresses: Set(json!(allowed_addresses)),
            expires_at: Set(new.expires_at),
            created_at: Set(new.created_at),
        };
        api_key::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.made(&new);
        self.changed("name", json!(null), json!(new.name));
        self.changed("owner", json!(null), json!(new.owner.to_string()));
        Ok(new)
    }
}

impl UnitOfWork<DeleteApiKey> {
    /// Takes the key away: its next use is refused.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete(&mut self) -> Result<(), StoreError> {
        let key = self.proof.resource().clone();
        api_key::Entity::delete_many().filter(api_key::Column::Id.eq(key.id.0)).exec(&self.tx).await?;
        self.changed("name", json!(key.name), json!(null));
        Ok(())
    }
}
