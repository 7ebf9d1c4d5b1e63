//! Sessions and API keys. Secrets are kept as SHA-256 of random values, never as themselves.

use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // `previous_hash` is the token that was exchanged last: seeing it again is a lost answer or a theft.
                "CREATE TABLE session (
                id UUID NOT NULL PRIMARY KEY,
                web_user_id UUID NULL REFERENCES web_user (id),
                mobile_worker_id UUID NULL REFERENCES mobile_worker (id),
                signed_in_by TEXT NOT NULL,
                refresh_hash BYTEA NOT NULL UNIQUE,
                previous_hash BYTEA NULL,
                refreshed_at TIMESTAMPTZ NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                expires_at TIMESTAMPTZ NOT NULL,
                ended_at TIMESTAMPTZ NULL,
                CHECK ((web_user_id IS NULL) <> (mobile_worker_id IS NULL))
            )",
                "CREATE INDEX session_previous_hash ON session (previous_hash)",
                "CREATE INDEX session_web_user ON session (web_user_id)",
                "CREATE INDEX session_mobile_worker ON session (mobile_worker_id)",
                "CREATE INDEX session_expires_at ON session (expires_at)",
                "CREATE TABLE api_key (
                id UUID NOT NULL PRIMARY KEY,
                web_user_id UUID NOT NULL REFERENCES web_user (id),
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                role_id UUID NULL,
                name TEXT NOT NULL,
                secret_hash BYTEA NOT NULL UNIQUE,
                allowed_addresses JSONB NOT NULL,
                expires_at TIMESTAMPTZ NULL,
                created_at TIMESTAMPTZ NOT NULL,
                UNIQUE (web_user_id, name),
                FOREIGN KEY (project_space_id, role_id) REFERENCES role (project_space_id, id)
            )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["session", "api_key"]).await
    }
}
