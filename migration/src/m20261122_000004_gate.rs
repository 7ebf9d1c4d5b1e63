//! What stands behind the gate: policy modules and stacks, the audit, the mail outbox.

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
                // A module is identified by the SHA-256 of its component, in hexadecimal digits.
                "CREATE TABLE policy_module (
                digest TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                version TEXT NOT NULL,
                component BYTEA NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            )",
                // A project space without a row here is answered by `standard`. `version` tells gateways of a change.
                "CREATE TABLE policy_stack (
                project_space_id UUID NOT NULL PRIMARY KEY REFERENCES project_space (id),
                version BIGINT NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL
            )",
                "CREATE TABLE policy_stack_entry (
                project_space_id UUID NOT NULL REFERENCES policy_stack (project_space_id),
                position INTEGER NOT NULL,
                digest TEXT NOT NULL REFERENCES policy_module (digest),
                settings TEXT NOT NULL,
                PRIMARY KEY (project_space_id, position)
            )",
                "CREATE TABLE audit_entry (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NULL,
                at TIMESTAMPTZ NOT NULL,
                principal_id TEXT NULL,
                signed_in_by TEXT NOT NULL,
                channel TEXT NOT NULL,
                request_id TEXT NOT NULL,
                action TEXT NOT NULL,
                resource_kind TEXT NOT NULL,
                resource_id TEXT NULL,
                changes JSONB NOT NULL,
                decision_id UUID NOT NULL,
                policy TEXT NOT NULL
            )",
                "CREATE INDEX audit_entry_project_space ON audit_entry (project_space_id, at, id)",
                "CREATE INDEX audit_entry_resource ON audit_entry (resource_id, at, id)",
                // `message_id` is fixed when the mail is queued: whoever gets it twice can tell.
                "CREATE TABLE mail (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NULL REFERENCES project_space (id),
                recipient TEXT NOT NULL,
                template TEXT NOT NULL,
                data JSONB NOT NULL,
                message_id TEXT NOT NULL UNIQUE,
                status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'given_up')),
                attempts INTEGER NOT NULL,
                next_attempt_at TIMESTAMPTZ NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            )",
                "CREATE INDEX mail_due ON mail (status, next_attempt_at)",
            ],
        )
        .await?;
        // The trail is written once (security U6). PostgreSQL's operator can take these rights away altogether.
        run_on(
            manager,
            DbBackend::Sqlite,
            &[
                "CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry BEGIN
                SELECT RAISE(ABORT, 'audit entries are never changed');
            END",
                "CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry BEGIN
                SELECT RAISE(ABORT, 'audit entries are never deleted');
            END",
            ],
        )
        .await?;
        run_on(
            manager,
            DbBackend::Postgres,
            &[
                "CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted'; END $$",
                "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
                FOR EACH ROW EXECUTE FUNCTION audit_entry_stays()",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["policy_module", "policy_stack", "policy_stack_entry", "audit_entry", "mail"])
            .await?;
        run_on(manager, DbBackend::Postgres, &["DROP FUNCTION audit_entry_stays"]).await
    }
}
