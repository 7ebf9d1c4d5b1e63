//! What was done, by whom, and who permitted it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_space_id: Option<Uuid>,
    pub at: DateTimeUtc,
    pub principal_id: Option<String>,
    pub principal_name: Option<String>,
    pub signed_in_by: String,
    pub channel: String,
    pub request_id: String,
    pub action: String,
    pub resource_kind: String,
    pub resource_id: Option<String>,
    pub resource_name: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub changes: Json,
    pub decision_id: Uuid,
    pub policy: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
