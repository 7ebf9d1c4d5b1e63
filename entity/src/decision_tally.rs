//! How often a revision that is monitored agrees with the one in force.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decision_tally")]
pub struct Model {
    pub project_space_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub action: String,
    pub since: DateTimeUtc,
    pub until: DateTimeUtc,
    pub agreed: i64,
    pub gained: i64,
    pub lost: i64,
    pub told: i64,
    pub unclear: i64,
    pub faulted: i64,
    pub not_asked: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
