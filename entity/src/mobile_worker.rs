//! A mobile worker.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mobile_worker")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_space_id: Uuid,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub phone_numbers: Json,
    pub language: Option<String>,
    pub status: String,
    pub status_before_deletion: Option<String>,
    pub role_id: Option<Uuid>,
    pub primary_location_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub user_data: Json,
    pub password_hash: Option<String>,
    pub search_text: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub last_login_at: Option<DateTimeUtc>,
    pub version: i32,
    pub profile_id: Option<Uuid>,
    pub personal_id_status: String,
    pub personal_id_issuer: Option<String>,
    pub personal_id_subject: Option<String>,
    pub personal_id_username: Option<String>,
    pub personal_id_linked_at: Option<DateTimeUtc>,
    pub personal_id_changed_at: Option<DateTimeUtc>,
    pub personal_id_requested_at: Option<DateTimeUtc>,
    pub deactivate_after: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
