//! Web users with their memberships, and mobile workers.

use crate::dialect::{drop_tables, run, run_on};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "web_user",
    "membership",
    "membership_location",
    "mobile_worker",
    "mobile_worker_location",
    "mobile_worker_group",
];

const MOBILE_WORKER: &str = "
    id UUID NOT NULL UNIQUE,
    project_space_id UUID NOT NULL REFERENCES project_space (id),
    username TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NULL,
    phone_numbers JSONB NOT NULL,
    language TEXT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'deactivated', 'pending_confirmation', 'deleted')),
    status_before_deletion TEXT NULL,
    role_id UUID NULL,
    primary_location_id UUID NULL,
    user_data JSONB NOT NULL,
    password_hash TEXT NULL,
    search_text TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    last_login_at TIMESTAMPTZ NULL,
    version INTEGER NOT NULL,
    CHECK ((status = 'deleted') = (status_before_deletion IS NOT NULL)),
    UNIQUE (project_space_id, id),
    UNIQUE (project_space_id, username),
    FOREIGN KEY (project_space_id, role_id) REFERENCES role (project_space_id, id),
    FOREIGN KEY (project_space_id, primary_location_id) REFERENCES location (project_space_id, id)
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "CREATE TABLE web_user (
                id UUID NOT NULL PRIMARY KEY,
                email TEXT NOT NULL UNIQUE,
                first_name TEXT NOT NULL,
                last_name TEXT NOT NULL,
                password_hash TEXT NULL,
                is_active BOOLEAN NOT NULL,
                last_login_at TIMESTAMPTZ NULL,
                created_at TIMESTAMPTZ NOT NULL,
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL
            )",
                "CREATE TABLE membership (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                web_user_id UUID NOT NULL REFERENCES web_user (id),
                is_admin BOOLEAN NOT NULL,
                role_id UUID NULL,
                primary_location_id UUID NULL,
                is_active BOOLEAN NOT NULL,
                joined_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL,
                CHECK (NOT (is_admin AND role_id IS NOT NULL)),
                UNIQUE (project_space_id, web_user_id),
                FOREIGN KEY (project_space_id, role_id) REFERENCES role (project_space_id, id),
                FOREIGN KEY (project_space_id, primary_location_id) REFERENCES location (project_space_id, id)
            )",
                "CREATE INDEX membership_web_user ON membership (web_user_id)",
                "CREATE INDEX membership_role ON membership (role_id)",
                "CREATE TABLE membership_location (
                membership_id UUID NOT NULL REFERENCES membership (id),
                project_space_id UUID NOT NULL,
                location_id UUID NOT NULL,
                position INTEGER NOT NULL,
                PRIMARY KEY (membership_id, location_id),
                FOREIGN KEY (project_space_id, location_id) REFERENCES location (project_space_id, id)
            )",
            ],
        )
        .await?;
        // SQLite's full-text index points at rows by number, which stays the same over VACUUM only as a primary key.
        let postgres = format!("CREATE TABLE mobile_worker ({MOBILE_WORKER}, PRIMARY KEY (id))");
        let sqlite = format!("CREATE TABLE mobile_worker (row_number INTEGER PRIMARY KEY, {MOBILE_WORKER})");
        let table = match manager.get_database_backend() {
            DbBackend::Sqlite => sqlite,
            _ => postgres,
        };
        run(
            manager,
            &[
                &table,
                // One index for every filter and order that is offered; the id makes each order total.
                "CREATE INDEX mobile_worker_first_name ON mobile_worker (project_space_id, first_name, id)",
                "CREATE INDEX mobile_worker_last_name ON mobile_worker (project_space_id, last_name, id)",
                "CREATE INDEX mobile_worker_created_at ON mobile_worker (project_space_id, created_at, id)",
                "CREATE INDEX mobile_worker_updated_at ON mobile_worker (project_space_id, updated_at, id)",
                "CREATE INDEX mobile_worker_status ON mobile_worker (project_space_id, status, username, id)",
                "CREATE INDEX mobile_worker_username ON mobile_worker (project_space_id, username, id)",
                "CREATE INDEX mobile_worker_role ON mobile_worker (project_space_id, role_id, username, id)",
                "CREATE INDEX mobile_worker_email ON mobile_worker (project_space_id, email)",
                "CREATE TABLE mobile_worker_location (
                worker_id UUID NOT NULL,
                project_space_id UUID NOT NULL,
                location_id UUID NOT NULL,
                position INTEGER NOT NULL,
                PRIMARY KEY (worker_id, location_id),
                FOREIGN KEY (project_space_id, worker_id) REFERENCES mobile_worker (project_space_id, id),
                FOREIGN KEY (project_space_id, location_id) REFERENCES location (project_space_id, id)
            )",
                "CREATE INDEX mobile_worker_location_here ON mobile_worker_location (location_id, worker_id)",
                // A worker's places and all those above them: what reach is compared with.
                "CREATE VIEW mobile_worker_lineage AS
                SELECT assigned.worker_id, above.ancestor_id, above.distance
                FROM mobile_worker_location assigned
                JOIN location_ancestor above ON above.location_id = assigned.location_id",
                "CREATE TABLE mobile_worker_group (
                worker_id UUID NOT NULL,
                project_space_id UUID NOT NULL,
                group_id UUID NOT NULL,
                position INTEGER NOT NULL,
                PRIMARY KEY (worker_id, group_id),
                FOREIGN KEY (project_space_id, worker_id) REFERENCES mobile_worker (project_space_id, id),
                FOREIGN KEY (project_space_id, group_id) REFERENCES user_group (project_space_id, id)
            )",
                "CREATE INDEX mobile_worker_group_members ON mobile_worker_group (group_id, worker_id)",
            ],
        )
        .await?;
        run_on(manager, DbBackend::Sqlite, &[
            "CREATE INDEX mobile_worker_last_login ON mobile_worker
                (project_space_id, COALESCE(last_login_at, '1970-01-01T00:00:00+00:00'), id)",
            // Substring search that does not scan: an index of all trigrams, kept by triggers.
            "CREATE VIRTUAL TABLE mobile_worker_search USING fts5
                (search_text, content = 'mobile_worker', content_rowid = 'row_number', tokenize = 'trigram')",
            "CREATE TRIGGER mobile_worker_search_insert AFTER INSERT ON mobile_worker BEGIN
                INSERT INTO mobile_worker_search (rowid, search_text) VALUES (new.row_number, new.search_text);
            END",
            "CREATE TRIGGER mobile_worker_search_update AFTER UPDATE OF search_text ON mobile_worker BEGIN
                INSERT INTO mobile_worker_search (mobile_worker_search, rowid, search_text)
                    VALUES ('delete', old.row_number, old.search_text);
                INSERT INTO mobile_worker_search (rowid, search_text) VALUES (new.row_number, new.search_text);
            END",
            "CREATE TRIGGER mobile_worker_search_delete AFTER DELETE ON mobile_worker BEGIN
                INSERT INTO mobile_worker_search (mobile_worker_search, rowid, search_text)
                    VALUES ('delete', old.row_number, old.search_text);
            END",
        ])
        .await?;
        run_on(
            manager,
            DbBackend::Postgres,
            &[
                "CREATE INDEX mobile_worker_last_login ON mobile_worker
                (project_space_id, COALESCE(last_login_at, '1970-01-01T00:00:00Z'::timestamptz), id)",
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                "CREATE INDEX mobile_worker_search ON mobile_worker USING gin (search_text gin_trgm_ops)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on(manager, DbBackend::Sqlite, &["DROP TABLE mobile_worker_search"]).await?;
        run(manager, &["DROP VIEW mobile_worker_lineage"]).await?;
        drop_tables(manager, TABLES).await
    }
}
