//! What is in force in a project space: a revision, or `standard`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_stack")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_space_id: Uuid,
    pub version: i32,
    pub active_revision_id: Option<Uuid>,
    pub monitored_revision_id: Option<Uuid>,
    pub activation_id: Option<Uuid>,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
