//! Answers to requests that came with an `Idempotency-Key`, to be given again.

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
                // `fingerprint` tells the request apart from another one under the same key. The row is written with what
                // the request made; the answer follows.
                "CREATE TABLE idempotency_key (
                owner TEXT NOT NULL,
                key_hash BYTEA NOT NULL,
                fingerprint BYTEA NOT NULL,
                attempt UUID NOT NULL,
                status INTEGER NULL,
                content_type TEXT NULL,
                location TEXT NULL,
                body TEXT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                PRIMARY KEY (owner, key_hash)
            )",
                "CREATE INDEX idempotency_key_age ON idempotency_key (created_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["idempotency_key"]).await
    }
}
