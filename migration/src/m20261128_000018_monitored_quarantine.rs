//! Which revision a module in quarantine is a part of: a revision that is only monitored has them too.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // Nobody knows it of those that began before.
                "ALTER TABLE policy_quarantine ADD COLUMN revision_id UUID NULL",
                "ALTER TABLE policy_quarantine ADD COLUMN is_monitored BOOLEAN NOT NULL DEFAULT FALSE",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "ALTER TABLE policy_quarantine DROP COLUMN is_monitored",
                "ALTER TABLE policy_quarantine DROP COLUMN revision_id",
            ],
        )
        .await
    }
}
