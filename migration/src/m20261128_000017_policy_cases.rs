//! What the policies of a project space must answer, whichever of them are in force.

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
                // Beside the stack and not in it: gateways read all stacks every two seconds.
                "CREATE TABLE policy_cases (
                project_space_id UUID NOT NULL PRIMARY KEY REFERENCES project_space (id),
                text TEXT NOT NULL,
                count INTEGER NOT NULL,
                set_at TIMESTAMPTZ NOT NULL,
                set_by TEXT NULL,
                set_by_name TEXT NULL
            )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["policy_cases"]).await
    }
}
