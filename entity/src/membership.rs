//! What a web user is in a project space.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_space_id: Uuid,
    pub web_user_id: Uuid,
    pub is_admin: bool,
    pub role_id: Option<Uuid>,
    pub primary_location_id: Option<Uuid>,
    pub is_active: bool,
    /// The web user who deactivated them.
    pub deactivated_by: Option<Uuid>,
    pub joined_at: DateTimeUtc,
    pub last_access_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
