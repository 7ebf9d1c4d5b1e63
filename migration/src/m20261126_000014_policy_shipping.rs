//! How project spaces ship policies: which modules each has uploaded, the revisions it made of them, and what is in
//! force. Nothing could write the tables of before, so they are made anew.

use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["policy_module", "policy_stack", "policy_stack_entry"]).await?;
        run(
            manager,
            &[
                // Bytes are kept once, by the SHA-256 of the component in hexadecimal digits, with what the module says
                // of itself. `touched_at` is when somebody last uploaded them: see `store/policy_upload.rs`.
                "CREATE TABLE policy_module (
                digest TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                version TEXT NOT NULL,
                description TEXT NOT NULL,
                actions JSONB NOT NULL,
                settings_schema TEXT NOT NULL,
                class TEXT NOT NULL CHECK (class IN ('compact', 'interpreted')),
                size BIGINT NOT NULL,
                component BYTEA NOT NULL,
                touched_at TIMESTAMPTZ NOT NULL
            )",
                // What a project space sees: what was uploaded there.
                "CREATE TABLE policy_upload (
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                digest TEXT NOT NULL REFERENCES policy_module (digest),
                size BIGINT NOT NULL,
                signed_by TEXT NULL,
                uploaded_at TIMESTAMPTZ NOT NULL,
                uploaded_by TEXT NULL,
                uploaded_by_name TEXT NULL,
                PRIMARY KEY (project_space_id, digest)
            )",
                "CREATE INDEX policy_upload_digest ON policy_upload (digest)",
                "CREATE TABLE policy_revision (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                number INTEGER NOT NULL,
                comment TEXT NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                created_by TEXT NULL,
                created_by_name TEXT NULL,
                UNIQUE (project_space_id, number)
            )",
                "CREATE INDEX policy_revision_age ON policy_revision (project_space_id, created_at, id)",
                // An entry without a digest is `standard`. Name and version stay readable when the module is deleted.
                "CREATE TABLE policy_revision_entry (
                revision_id UUID NOT NULL REFERENCES policy_revision (id),
                position INTEGER NOT NULL,
                digest TEXT NULL,
                name TEXT NOT NULL,
                version TEXT NOT NULL,
                settings TEXT NOT NULL,
                PRIMARY KEY (revision_id, position)
            )",
                // What took effect, one after the other. `back_to` is where rolling back leads from here; nothing
                // stands for `standard`, in it as in `revision_id`.
                "CREATE TABLE policy_activation (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                kind TEXT NOT NULL CHECK (kind IN ('activate', 'roll_back', 'reset')),
                revision_id UUID NULL REFERENCES policy_revision (id),
                from_revision_id UUID NULL REFERENCES policy_revision (id),
                back_to UUID NULL REFERENCES policy_activation (id),
                comment TEXT NOT NULL,
                at TIMESTAMPTZ NOT NULL,
                by_id TEXT NULL,
                by_name TEXT NULL
            )",
                "CREATE INDEX policy_activation_project_space ON policy_activation (project_space_id, at, id)",
                // A project space without a row here is answered by `standard`. `version` tells gateways of a change.
                "CREATE TABLE policy_stack (
                project_space_id UUID NOT NULL PRIMARY KEY REFERENCES project_space (id),
                version INTEGER NOT NULL,
                active_revision_id UUID NULL REFERENCES policy_revision (id),
                monitored_revision_id UUID NULL REFERENCES policy_revision (id),
                activation_id UUID NULL REFERENCES policy_activation (id),
                updated_at TIMESTAMPTZ NOT NULL
            )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "policy_module",
                "policy_upload",
                "policy_revision",
                "policy_revision_entry",
                "policy_activation",
                "policy_stack",
            ],
        )
        .await?;
        run(
            manager,
            &[
                "CREATE TABLE policy_module (
                digest TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                version TEXT NOT NULL,
                component BYTEA NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            )",
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
            ],
        )
        .await
    }
}
