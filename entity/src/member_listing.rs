//! What lists of members are searched and ordered by. The database keeps it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "member_listing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub membership_id: Uuid,
    pub project_space_id: Uuid,
    pub web_user_id: Uuid,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub last_login_at: Option<DateTimeUtc>,
    pub joined_at: DateTimeUtc,
    pub search_text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
