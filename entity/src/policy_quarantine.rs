//! That a policy module was left alone for a while, by one gateway.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_quarantine")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_space_id: Uuid,
    pub policy: String,
    pub stack_version: i32,
    pub began_at: DateTimeUtc,
    pub until_at: DateTimeUtc,
    pub revision_id: Option<Uuid>,
    pub is_monitored: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
