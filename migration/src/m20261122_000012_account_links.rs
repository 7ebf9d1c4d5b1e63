//! Links by which people confirm their account or set a new password, who asks for one, and dates after which workers
//! are deactivated.

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
                // An account has one link of a kind: a new one takes the place of the one before. A link that was used is
                // gone. `email` is where it was sent: an account with another address by now has no such link.
                "CREATE TABLE account_link (
                id UUID NOT NULL PRIMARY KEY,
                purpose TEXT NOT NULL CHECK (purpose IN ('confirmation', 'password_reset')),
                web_user_id UUID NULL REFERENCES web_user (id),
                mobile_worker_id UUID NULL REFERENCES mobile_worker (id),
                email TEXT NOT NULL,
                token_hash BYTEA NOT NULL UNIQUE,
                created_at TIMESTAMPTZ NOT NULL,
                expires_at TIMESTAMPTZ NOT NULL,
                CHECK ((web_user_id IS NULL) <> (mobile_worker_id IS NULL)),
                UNIQUE (web_user_id, purpose),
                UNIQUE (mobile_worker_id, purpose)
            )",
                "CREATE INDEX account_link_expires_at ON account_link (expires_at)",
                // What strangers typed, whether or not there is such an account: a job looks, so that asking takes the same
                // time for all. Empty `project_space`: the name is a web user's address.
                "CREATE TABLE password_reset_request (
                project_space TEXT NOT NULL,
                username TEXT NOT NULL,
                requested_at TIMESTAMPTZ NOT NULL,
                PRIMARY KEY (project_space, username)
            )",
                "CREATE INDEX password_reset_request_age ON password_reset_request (requested_at)",
                "ALTER TABLE mobile_worker ADD COLUMN deactivate_after TIMESTAMPTZ NULL",
                "CREATE INDEX mobile_worker_deactivate_after ON mobile_worker (deactivate_after, id)
                    WHERE deactivate_after IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "DROP INDEX mobile_worker_deactivate_after",
                "ALTER TABLE mobile_worker DROP COLUMN deactivate_after",
            ],
        )
        .await?;
        drop_tables(manager, &["account_link", "password_reset_request"]).await
    }
}
