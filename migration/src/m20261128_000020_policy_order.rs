//! What took effect is told in the order of the stack's versions, and revisions in that of their numbers: by their times,
//! two of one moment may be listed the wrong way round.

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
                "ALTER TABLE policy_activation ADD COLUMN stack_version INTEGER NOT NULL DEFAULT 0",
                // Of those before, nobody knows the version; each made one, so it was at least this.
                "UPDATE policy_activation SET stack_version = (
                SELECT COUNT(*) FROM policy_activation AS other
                WHERE other.project_space_id = policy_activation.project_space_id
                  AND (other.at, other.id) <= (policy_activation.at, policy_activation.id)
            )",
                "CREATE UNIQUE INDEX policy_activation_version ON policy_activation (project_space_id, stack_version)",
                "DROP INDEX policy_activation_project_space",
                "DROP INDEX policy_revision_age",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "CREATE INDEX policy_revision_age ON policy_revision (project_space_id, created_at, id)",
                "CREATE INDEX policy_activation_project_space ON policy_activation (project_space_id, at, id)",
                "DROP INDEX policy_activation_version",
                "ALTER TABLE policy_activation DROP COLUMN stack_version",
            ],
        )
        .await
    }
}
