//! That a revision, or `standard`, took effect in a project space.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_activation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_space_id: Uuid,
    pub kind: String,
    pub revision_id: Option<Uuid>,
    pub from_revision_id: Option<Uuid>,
    pub back_to: Option<Uuid>,
    pub comment: String,
    pub at: DateTimeUtc,
    pub by_id: Option<String>,
    pub by_name: Option<String>,
    pub stack_version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
