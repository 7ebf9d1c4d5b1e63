//! When policy modules were left alone for a while, for the admins who wrote them to see.

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
                // Each gateway has its own, so of one module there may be several at a time.
                "CREATE TABLE policy_quarantine (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                policy TEXT NOT NULL,
                stack_version INTEGER NOT NULL,
                began_at TIMESTAMPTZ NOT NULL,
                until_at TIMESTAMPTZ NOT NULL
            )",
                "CREATE INDEX policy_quarantine_project_space
                ON policy_quarantine (project_space_id, began_at, id)",
                "CREATE INDEX policy_quarantine_until ON policy_quarantine (until_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["policy_quarantine"]).await
    }
}
