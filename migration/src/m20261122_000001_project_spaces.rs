//! Project spaces with their roles, locations and groups.
//!
//! Every row but web accounts belongs to one project space. References to such rows carry the project space's id, so
//! that the database itself refuses one that crosses tenants.

use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "project_space",
    "role",
    "role_assigner",
    "location_type",
    "location",
    "location_ancestor",
    "user_group",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[
            "CREATE TABLE project_space (
                id UUID NOT NULL PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                display_name TEXT NOT NULL,
                connect_enabled BOOLEAN NOT NULL,
                two_factor_required BOOLEAN NOT NULL,
                strong_mobile_passwords BOOLEAN NOT NULL,
                invitation_lifetime_days INTEGER NOT NULL CHECK (invitation_lifetime_days > 0),
                allow_access_requests BOOLEAN NOT NULL,
                invite_email_only BOOLEAN NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL
            )",
            // `name_key` is the name in lower case: names are unique whatever the case.
            "CREATE TABLE role (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                name TEXT NOT NULL,
                name_key TEXT NOT NULL CHECK (name_key <> 'admin'),
                grants JSONB NOT NULL,
                editable_by_non_admins BOOLEAN NOT NULL,
                is_mobile_default BOOLEAN NOT NULL,
                is_archived BOOLEAN NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL,
                UNIQUE (project_space_id, id),
                UNIQUE (project_space_id, name_key)
            )",
            "CREATE UNIQUE INDEX role_mobile_default ON role (project_space_id) WHERE is_mobile_default",
            "CREATE TABLE role_assigner (
                project_space_id UUID NOT NULL,
                role_id UUID NOT NULL,
                assigner_id UUID NOT NULL,
                PRIMARY KEY (role_id, assigner_id),
                FOREIGN KEY (project_space_id, role_id) REFERENCES role (project_space_id, id),
                FOREIGN KEY (project_space_id, assigner_id) REFERENCES role (project_space_id, id)
            )",
            "CREATE INDEX role_assigner_assigner ON role_assigner (assigner_id)",
            "CREATE TABLE location_type (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                name TEXT NOT NULL,
                code TEXT NOT NULL,
                parent_id UUID NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL,
                UNIQUE (project_space_id, id),
                UNIQUE (project_space_id, code),
                FOREIGN KEY (project_space_id, parent_id) REFERENCES location_type (project_space_id, id)
            )",
            "CREATE TABLE location (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                name TEXT NOT NULL,
                site_code TEXT NOT NULL,
                location_type_id UUID NOT NULL,
                parent_id UUID NULL,
                is_archived BOOLEAN NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL,
                UNIQUE (project_space_id, id),
                UNIQUE (project_space_id, site_code),
                FOREIGN KEY (project_space_id, location_type_id) REFERENCES location_type (project_space_id, id),
                FOREIGN KEY (project_space_id, parent_id) REFERENCES location (project_space_id, id)
            )",
            // Names are unique among siblings. NULL equals nothing in an index, so the top level has one of its own.
            "CREATE UNIQUE INDEX location_sibling ON location (project_space_id, parent_id, name)
                WHERE parent_id IS NOT NULL",
            "CREATE UNIQUE INDEX location_top ON location (project_space_id, name) WHERE parent_id IS NULL",
            "CREATE INDEX location_name ON location (project_space_id, name, id)",
            // Every location with itself (distance 0) and each place above it: reach is one look-up, not a walk.
            "CREATE TABLE location_ancestor (
                location_id UUID NOT NULL REFERENCES location (id),
                ancestor_id UUID NOT NULL REFERENCES location (id),
                distance INTEGER NOT NULL,
                PRIMARY KEY (location_id, ancestor_id)
            )",
            "CREATE INDEX location_ancestor_below ON location_ancestor (ancestor_id, location_id)",
            // `group` is a word of SQL.
            "CREATE TABLE user_group (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                name TEXT NOT NULL,
                case_sharing BOOLEAN NOT NULL,
                reporting BOOLEAN NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL,
                UNIQUE (project_space_id, id),
                UNIQUE (project_space_id, name)
            )",
        ])
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
