//! A policy module, by the digest of its component: kept once, however many project spaces have uploaded it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_module")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    pub name: String,
    pub version: String,
    pub description: String,
    pub actions: Json,
    pub settings_schema: String,
    pub class: String,
    pub size: i64,
    #[sea_orm(column_type = "VarBinary(StringLen::None)")]
    pub component: Vec<u8>,
    pub touched_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
