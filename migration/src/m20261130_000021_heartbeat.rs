//! One row that is written to find out whether the database can be written.

use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["CREATE TABLE heartbeat (
                id INTEGER NOT NULL PRIMARY KEY,
                at TIMESTAMPTZ NOT NULL,
                padding BYTEA NOT NULL
            )"],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["heartbeat"]).await
    }
}
