//! A membership that was taken away, as it was.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership_removal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub membership_id: Uuid,
    pub project_space_id: Uuid,
    pub web_user_id: Uuid,
    pub is_admin: bool,
    pub role_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub location_ids: Json,
    pub primary_location_id: Option<Uuid>,
    pub is_active: bool,
    pub joined_at: DateTimeUtc,
    pub last_access_at: Option<DateTimeUtc>,
    pub version: i32,
    pub removed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
