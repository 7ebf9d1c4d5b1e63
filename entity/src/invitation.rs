//! An invitation of a web user.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_space_id: Uuid,
    pub email: String,
    pub is_admin: bool,
    pub role_id: Option<Uuid>,
    pub primary_location_id: Option<Uuid>,
    pub inviter_id: Option<Uuid>,
    pub state: String,
    pub token_hash: Vec<u8>,
    pub mail_id: Uuid,
    pub times_sent: i32,
    pub invited_at: DateTimeUtc,
    pub last_sent_at: DateTimeUtc,
    pub accepted_at: Option<DateTimeUtc>,
    pub accepted_by_id: Option<Uuid>,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
