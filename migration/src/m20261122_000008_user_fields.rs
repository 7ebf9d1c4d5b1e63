//! A project space's own user data: fields and profiles. And what locations and groups need to be changed, searched,
//! put away and brought back.

use crate::dialect::{drop_tables, run, run_on};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // One row for each project space that has defined anything: its version guards fields and profiles alike.
                "CREATE TABLE user_field_definition (
                project_space_id UUID NOT NULL PRIMARY KEY REFERENCES project_space (id),
                fields JSONB NOT NULL,
                profile_required_for JSONB NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL
            )",
                "CREATE TABLE user_profile (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES user_field_definition (project_space_id),
                name TEXT NOT NULL,
                fixed_data JSONB NOT NULL,
                position INTEGER NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL
            )",
                "CREATE INDEX user_profile_of ON user_profile (project_space_id, position)",
                "ALTER TABLE mobile_worker ADD COLUMN profile_id UUID NULL REFERENCES user_profile (id)",
                "CREATE INDEX mobile_worker_profile ON mobile_worker (profile_id, username, id)",
                "ALTER TABLE location_type ADD COLUMN shares_cases BOOLEAN NOT NULL DEFAULT FALSE",
                "ALTER TABLE location_type ADD COLUMN view_descendants BOOLEAN NOT NULL DEFAULT FALSE",
                "ALTER TABLE location_type ADD COLUMN has_users BOOLEAN NOT NULL DEFAULT TRUE",
                "ALTER TABLE location_type ADD COLUMN administrative BOOLEAN NOT NULL DEFAULT FALSE",
                "ALTER TABLE location ADD COLUMN latitude DOUBLE PRECISION NULL",
                "ALTER TABLE location ADD COLUMN longitude DOUBLE PRECISION NULL",
                "ALTER TABLE location ADD COLUMN metadata JSONB NOT NULL DEFAULT '{}'",
                // The place whose archiving took this one along: bringing that one back brings back what went with it.
                "ALTER TABLE location ADD COLUMN archived_with UUID NULL",
                "ALTER TABLE location ADD COLUMN search_text TEXT NOT NULL DEFAULT ''",
                "UPDATE location SET search_text = lower(name || ' ' || site_code)",
                "CREATE INDEX location_of_type ON location (project_space_id, location_type_id, name, id)",
                // Taking a place away looks for the people there.
                "CREATE INDEX mobile_worker_primary_location ON mobile_worker (primary_location_id)
                WHERE primary_location_id IS NOT NULL",
                "ALTER TABLE user_group ADD COLUMN is_deleted BOOLEAN NOT NULL DEFAULT FALSE",
                "ALTER TABLE user_group ADD COLUMN search_text TEXT NOT NULL DEFAULT ''",
                "UPDATE user_group SET search_text = lower(name)",
                // Who is in a deleted group is kept for its restoration, and nobody else hears of it.
                "CREATE VIEW mobile_worker_in_group AS
                SELECT member.worker_id, member.group_id, member.position
                FROM mobile_worker_group member JOIN user_group ON user_group.id = member.group_id
                WHERE NOT user_group.is_deleted",
            ],
        )
        .await?;
        run_on(
            manager,
            DbBackend::Postgres,
            &[
                "CREATE INDEX location_search ON location USING gin (search_text gin_trgm_ops)",
                "CREATE INDEX user_group_search ON user_group USING gin (search_text gin_trgm_ops)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on(manager, DbBackend::Postgres, &["DROP INDEX location_search", "DROP INDEX user_group_search"])
            .await?;
        run(
            manager,
            &[
                "DROP VIEW mobile_worker_in_group",
                "ALTER TABLE user_group DROP COLUMN search_text",
                "ALTER TABLE user_group DROP COLUMN is_deleted",
                "DROP INDEX mobile_worker_primary_location",
                "DROP INDEX location_of_type",
                "ALTER TABLE location DROP COLUMN search_text",
                "ALTER TABLE location DROP COLUMN archived_with",
                "ALTER TABLE location DROP COLUMN metadata",
                "ALTER TABLE location DROP COLUMN longitude",
                "ALTER TABLE location DROP COLUMN latitude",
                "ALTER TABLE location_type DROP COLUMN administrative",
                "ALTER TABLE location_type DROP COLUMN has_users",
                "ALTER TABLE location_type DROP COLUMN view_descendants",
                "ALTER TABLE location_type DROP COLUMN shares_cases",
                "DROP INDEX mobile_worker_profile",
                "ALTER TABLE mobile_worker DROP COLUMN profile_id",
            ],
        )
        .await?;
        drop_tables(manager, &["user_field_definition", "user_profile"]).await
    }
}
