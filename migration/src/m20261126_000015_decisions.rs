//! What policies were asked and what they answered: enough to explain a decision, and to ask again.

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
                // `question`, `answer` and `stack` are as `store/decision_json.rs` says. Ids are made of times, so their
                // order is that of the decisions.
                "CREATE TABLE decision (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL,
                at TIMESTAMPTZ NOT NULL,
                principal_kind TEXT NOT NULL CHECK (principal_kind IN ('web_user', 'mobile_worker', 'system')),
                principal_id UUID NULL,
                signed_in_by TEXT NOT NULL,
                is_scope BOOLEAN NOT NULL,
                action TEXT NOT NULL,
                resource_kind TEXT NOT NULL,
                resource_id TEXT NULL,
                outcome TEXT NOT NULL CHECK (outcome IN ('permit', 'deny', 'undecided')),
                policy TEXT NOT NULL,
                stack JSONB NOT NULL,
                question JSONB NULL,
                masked JSONB NOT NULL,
                answer JSONB NOT NULL
            )",
                // How often the answers of a revision that is monitored are those of the one in force.
                "CREATE TABLE decision_tally (
                project_space_id UUID NOT NULL,
                revision_id UUID NOT NULL,
                action TEXT NOT NULL,
                since TIMESTAMPTZ NOT NULL,
                until TIMESTAMPTZ NOT NULL,
                agreed BIGINT NOT NULL,
                gained BIGINT NOT NULL,
                lost BIGINT NOT NULL,
                told BIGINT NOT NULL,
                unclear BIGINT NOT NULL,
                faulted BIGINT NOT NULL,
                PRIMARY KEY (revision_id, action)
            )",
                // Some of those that are not.
                "CREATE TABLE decision_difference (
                revision_id UUID NOT NULL,
                decision_id UUID NOT NULL,
                project_space_id UUID NOT NULL,
                at TIMESTAMPTZ NOT NULL,
                action TEXT NOT NULL,
                effect TEXT NOT NULL,
                was TEXT NOT NULL,
                would_be TEXT NOT NULL,
                PRIMARY KEY (revision_id, decision_id)
            )",
                "CREATE INDEX decision_difference_at ON decision_difference (at)",
                "CREATE INDEX decision_tally_until ON decision_tally (until)",
                "CREATE INDEX decision_project_space ON decision (project_space_id, id)",
                "CREATE INDEX decision_at ON decision (at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["decision", "decision_tally", "decision_difference"]).await
    }
}
