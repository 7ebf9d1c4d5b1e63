//! That a project space has uploaded a policy module.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_space_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    pub size: i64,
    pub signed_by: Option<String>,
    pub uploaded_at: DateTimeUtc,
    pub uploaded_by: Option<String>,
    pub uploaded_by_name: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
