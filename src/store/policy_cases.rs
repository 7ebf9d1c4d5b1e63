//! What the policies of a project space must answer before they are put in force.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use crate::authz::SetPolicyCases;
use crate::domain::{PolicyCases, PolicyStack};
use chrono::{DateTime, Utc};
use entity::policy_cases::{self, Column};
use entity::project_space;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Set};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

#[derive(FromQueryResult)]
struct CasesRow {
    name: String,
    text: String,
    count: i32,
    set_at: DateTime<Utc>,
    set_by: Option<String>,
    set_by_name: Option<String>,
}

impl Store {
    /// The cases of a project space; nothing where it has none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn policy_cases(&self, stack: &PolicyStack) -> Result<Option<PolicyCases>, StoreError> {
        let mut query = policy_cases::Entity::find()
            .filter(Column::ProjectSpaceId.eq(stack.project_space.0))
            .into_query();
        query.column((project_space::Entity, project_space::Column::Name)).inner_join(
            project_space::Entity,
            Expr::col((project_space::Entity, project_space::Column::Id))
                .eq(Expr::col((policy_cases::Entity, Column::ProjectSpaceId))),
        );
        let row: Option<CasesRow> = self.one(&query).await?;
        Ok(row.map(|row| PolicyCases {
            project_space: row.name,
            text: row.text,
            count: row.count,
            set_at: row.set_at,
            set_by: row.set_by,
            set_by_name: row.set_by_name,
        }))
    }
}

impl UnitOfWork<SetPolicyCases> {
    /// Sets a file of so many cases in the place of the one before, or none.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the stack has changed since it was judged.
    pub async fn set_cases(&mut self, cases: Option<(String, i32)>) -> Result<(), StoreError> {
        let stack = self.proof.resource().clone();
        let principal = self.proof.principal();
        let (set_by, set_by_name) = (principal.identity.id(), principal.name.clone());
        self.lock_stack().await?;
        let own = Column::ProjectSpaceId.eq(stack.project_space.0);
        let before = policy_cases::Entity::find().filter(own.clone()).into_query();
        let before: Option<policy_cases::Model> = self.one(&before).await?;
        policy_cases::Entity::delete_many().filter(own).exec(&self.tx).await?;
        self.changed(
            "cases",
            before.as_ref().map_or(Json::Null, |row| told(&row.text, row.count)),
            cases.as_ref().map_or(Json::Null, |(text, count)| told(text, *count)),
        );
        if let Some((text, count)) = cases {
            let row = policy_cases::ActiveModel {
                project_space_id: Set(stack.project_space.0),
                text: Set(text),
                count: Set(count),
                set_at: Set(self.now),
                set_by: Set(set_by),
                set_by_name: Set(set_by_name),
            };
            policy_cases::Entity::insert(row).exec_without_returning(&self.tx).await?;
        }
        self.put(stack).await
    }
}

/// A file of cases in the audit: how many, and which file.
fn told(text: &str, count: i32) -> Json {
    json!({ "count": count, "sha256": hex::encode(Sha256::digest(text.as_bytes())) })
}
