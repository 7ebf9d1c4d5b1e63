//! What a policy was asked, and what it answered.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_space_id: Uuid,
    pub at: DateTimeUtc,
    pub principal_kind: String,
    pub principal_id: Option<Uuid>,
    pub signed_in_by: String,
    pub is_scope: bool,
    pub action: String,
    pub resource_kind: String,
    pub resource_id: Option<String>,
    pub outcome: String,
    pub policy: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub stack: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub question: Option<Json>,
    #[sea_orm(column_type = "JsonBinary")]
    pub masked: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub answer: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
