//! Members: what their lists are searched and ordered by, removals that can be undone, when each was last here. The
//! permissions that a project space declares. Whom an audit entry names.

use crate::dialect::{drop_tables, run, run_on};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] =
    &["custom_permission", "role_custom_permission", "membership_removal", "member_listing"];

/// Names, address and last sign-in belong to the person, and people are in several project spaces. Each member's are
/// copied beside the membership, so that one index answers a list of one project space, whatever it is ordered by.
const MEMBER_LISTING: &str = "
    membership_id UUID NOT NULL UNIQUE REFERENCES membership (id) ON DELETE CASCADE,
    project_space_id UUID NOT NULL,
    web_user_id UUID NOT NULL,
    email TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    last_login_at TIMESTAMPTZ NULL,
    joined_at TIMESTAMPTZ NOT NULL,
    search_text TEXT NOT NULL
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "CREATE TABLE custom_permission (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                name TEXT NOT NULL CHECK (name LIKE 'custom:_%'),
                description TEXT NOT NULL,
                can_be_limited BOOLEAN NOT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                UNIQUE (project_space_id, name)
            )",
                // Which declared permissions a role grants: none is granted undeclared, or taken back while granted.
                "CREATE TABLE role_custom_permission (
                project_space_id UUID NOT NULL,
                role_id UUID NOT NULL,
                name TEXT NOT NULL,
                PRIMARY KEY (role_id, name),
                FOREIGN KEY (project_space_id, role_id) REFERENCES role (project_space_id, id),
                FOREIGN KEY (project_space_id, name) REFERENCES custom_permission (project_space_id, name)
            )",
                "CREATE INDEX role_custom_permission_use ON role_custom_permission (project_space_id, name)",
                "CREATE INDEX api_key_role ON api_key (role_id)",
                "ALTER TABLE membership ADD COLUMN last_access_at TIMESTAMPTZ NULL",
                "CREATE INDEX membership_location_here ON membership_location (location_id, membership_id)",
                // A member's places and all those above them: what reach is compared with.
                "CREATE VIEW membership_lineage AS
                SELECT assigned.membership_id, above.ancestor_id, above.distance
                FROM membership_location assigned
                JOIN location_ancestor above ON above.location_id = assigned.location_id",
                // A membership as it was when it was taken away. Role and locations may go in the meantime.
                "CREATE TABLE membership_removal (
                membership_id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                web_user_id UUID NOT NULL REFERENCES web_user (id),
                is_admin BOOLEAN NOT NULL,
                role_id UUID NULL,
                location_ids JSONB NOT NULL,
                primary_location_id UUID NULL,
                is_active BOOLEAN NOT NULL,
                joined_at TIMESTAMPTZ NOT NULL,
                last_access_at TIMESTAMPTZ NULL,
                version INTEGER NOT NULL,
                removed_at TIMESTAMPTZ NOT NULL,
                UNIQUE (project_space_id, web_user_id)
            )",
                // Names at the time: later ones would tell a reader of the trail something else.
                "ALTER TABLE audit_entry ADD COLUMN principal_name TEXT NULL",
                "ALTER TABLE audit_entry ADD COLUMN resource_name TEXT NULL",
                "CREATE INDEX audit_entry_action ON audit_entry (project_space_id, action, at, id)",
                "CREATE INDEX audit_entry_principal ON audit_entry (project_space_id, principal_id, at, id)",
                "ALTER TABLE web_user ADD COLUMN search_text TEXT NOT NULL DEFAULT ''",
            ],
        )
        .await?;
        declare_granted_permissions(manager).await?;
        fill_search_text(manager).await?;
        list_members(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on(
            manager,
            DbBackend::Sqlite,
            &[
                "DROP TRIGGER membership_listed",
                "DROP TRIGGER web_user_listed",
                "DROP TRIGGER web_user_sign_in_listed",
                "DROP TABLE member_search",
            ],
        )
        .await?;
        run_on(
            manager,
            DbBackend::Postgres,
            &[
                "DROP TRIGGER membership_listed ON membership",
                "DROP TRIGGER web_user_listed ON web_user",
                "DROP FUNCTION membership_listed",
                "DROP FUNCTION web_user_listed",
            ],
        )
        .await?;
        run(manager, &["DROP VIEW membership_lineage"]).await?;
        drop_tables(manager, TABLES).await?;
        run(
            manager,
            &[
                "DROP INDEX api_key_role",
                "DROP INDEX membership_location_here",
                "DROP INDEX audit_entry_action",
                "DROP INDEX audit_entry_principal",
                "ALTER TABLE web_user DROP COLUMN search_text",
                "ALTER TABLE audit_entry DROP COLUMN resource_name",
                "ALTER TABLE audit_entry DROP COLUMN principal_name",
                "ALTER TABLE membership DROP COLUMN last_access_at",
            ],
        )
        .await
    }
}

/// Until now, a role could grant any `custom:` name.
async fn declare_granted_permissions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run_on(
        manager,
        DbBackend::Sqlite,
        &[
            "INSERT INTO custom_permission (id, project_space_id, name, description, can_be_limited, created_at)
                SELECT randomblob(16), granted.project_space_id, granted.name, granted.name, 1, MIN(granted.created_at)
                FROM (SELECT role.project_space_id, role.created_at, entry.key AS name
                    FROM role, json_each(role.grants) entry WHERE entry.key LIKE 'custom:_%') granted
                GROUP BY granted.project_space_id, granted.name",
            "INSERT INTO role_custom_permission (project_space_id, role_id, name)
                SELECT role.project_space_id, role.id, entry.key
                FROM role, json_each(role.grants) entry WHERE entry.key LIKE 'custom:_%'",
        ],
    )
    .await?;
    run_on(
        manager,
        DbBackend::Postgres,
        &[
            "INSERT INTO custom_permission (id, project_space_id, name, description, can_be_limited, created_at)
                SELECT gen_random_uuid(), role.project_space_id, entry.name, entry.name, TRUE, MIN(role.created_at)
                FROM role, jsonb_object_keys(role.grants) entry (name) WHERE entry.name LIKE 'custom:_%'
                GROUP BY role.project_space_id, entry.name",
            "INSERT INTO role_custom_permission (project_space_id, role_id, name)
                SELECT role.project_space_id, role.id, entry.name
                FROM role, jsonb_object_keys(role.grants) entry (name) WHERE entry.name LIKE 'custom:_%'",
        ],
    )
    .await
}

/// Here and not in SQL: SQLite's `lower` knows the letters of English alone.
async fn fill_search_text(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let people = Query::select()
        .columns(["id", "email", "first_name", "last_name"].map(Alias::new))
        .from(Alias::new("web_user"))
        .to_owned();
    for person in connection.query_all(&people).await? {
        let text = |column: &str| person.try_get::<String>("", column);
        let lines = [text("email")?, text("first_name")?, text("last_name")?].join("\n").to_lowercase();
        let update = Query::update()
            .table(Alias::new("web_user"))
            .value(Alias::new("search_text"), lines)
            .and_where(Expr::col(Alias::new("id")).eq(person.try_get::<Uuid>("", "id")?))
            .to_owned();
        connection.execute(&update).await?;
    }
    Ok(())
}

async fn list_members(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // SQLite's full-text index points at rows by number, which stays the same over VACUUM only as a primary key.
    let postgres = format!("CREATE TABLE member_listing ({MEMBER_LISTING}, PRIMARY KEY (membership_id))");
    let sqlite = format!("CREATE TABLE member_listing (row_number INTEGER PRIMARY KEY, {MEMBER_LISTING})");
    let table = match manager.get_database_backend() {
        DbBackend::Sqlite => sqlite,
        _ => postgres,
    };
    run(
        manager,
        &[
            &table,
            "CREATE INDEX member_listing_web_user ON member_listing (web_user_id)",
            // One index for every order that is offered; the id makes each total.
            "CREATE INDEX member_listing_email ON member_listing (project_space_id, email, membership_id)",
            "CREATE INDEX member_listing_first_name ON member_listing (project_space_id, first_name, membership_id)",
            "CREATE INDEX member_listing_last_name ON member_listing (project_space_id, last_name, membership_id)",
            "CREATE INDEX member_listing_joined_at ON member_listing (project_space_id, joined_at, membership_id)",
        ],
    )
    .await?;
    run_on(manager, DbBackend::Sqlite, SQLITE).await?;
    run_on(manager, DbBackend::Postgres, POSTGRES).await?;
    run(
        manager,
        &["INSERT INTO member_listing (membership_id, project_space_id, web_user_id, email, first_name, last_name,
                last_login_at, joined_at, search_text)
            SELECT membership.id, membership.project_space_id, person.id, person.email, person.first_name,
                person.last_name, person.last_login_at, membership.joined_at, person.search_text
            FROM membership JOIN web_user person ON person.id = membership.web_user_id"],
    )
    .await
}

const SQLITE: &[&str] = &[
    "CREATE INDEX member_listing_last_login ON member_listing
        (project_space_id, COALESCE(last_login_at, '1970-01-01T00:00:00+00:00'), membership_id)",
    // Substring search that does not scan: an index of all trigrams, kept by triggers.
    "CREATE VIRTUAL TABLE member_search USING fts5
        (search_text, content = 'member_listing', content_rowid = 'row_number', tokenize = 'trigram')",
    "CREATE TRIGGER member_search_insert AFTER INSERT ON member_listing BEGIN
        INSERT INTO member_search (rowid, search_text) VALUES (new.row_number, new.search_text);
    END",
    "CREATE TRIGGER member_search_update AFTER UPDATE OF search_text ON member_listing BEGIN
        INSERT INTO member_search (member_search, rowid, search_text)
            VALUES ('delete', old.row_number, old.search_text);
        INSERT INTO member_search (rowid, search_text) VALUES (new.row_number, new.search_text);
    END",
    "CREATE TRIGGER member_search_delete AFTER DELETE ON member_listing BEGIN
        INSERT INTO member_search (member_search, rowid, search_text)
            VALUES ('delete', old.row_number, old.search_text);
    END",
    "CREATE TRIGGER membership_listed AFTER INSERT ON membership BEGIN
        INSERT INTO member_listing (membership_id, project_space_id, web_user_id, email, first_name, last_name,
                last_login_at, joined_at, search_text)
            SELECT new.id, new.project_space_id, person.id, person.email, person.first_name, person.last_name,
                person.last_login_at, new.joined_at, person.search_text
            FROM web_user person WHERE person.id = new.web_user_id;
    END",
    "CREATE TRIGGER web_user_listed AFTER UPDATE OF email, first_name, last_name, search_text ON web_user BEGIN
        UPDATE member_listing SET email = new.email, first_name = new.first_name, last_name = new.last_name,
            search_text = new.search_text WHERE web_user_id = new.id;
    END",
    "CREATE TRIGGER web_user_sign_in_listed AFTER UPDATE OF last_login_at ON web_user BEGIN
        UPDATE member_listing SET last_login_at = new.last_login_at WHERE web_user_id = new.id;
    END",
];

const POSTGRES: &[&str] = &[
    "CREATE INDEX member_listing_last_login ON member_listing
        (project_space_id, COALESCE(last_login_at, '1970-01-01T00:00:00Z'::timestamptz), membership_id)",
    // `pg_trgm` is there: mobile workers are searched with it.
    "CREATE INDEX member_listing_search ON member_listing USING gin (search_text gin_trgm_ops)",
    "CREATE FUNCTION membership_listed() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        INSERT INTO member_listing (membership_id, project_space_id, web_user_id, email, first_name, last_name,
                last_login_at, joined_at, search_text)
            SELECT new.id, new.project_space_id, person.id, person.email, person.first_name, person.last_name,
                person.last_login_at, new.joined_at, person.search_text
            FROM web_user person WHERE person.id = new.web_user_id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER membership_listed AFTER INSERT ON membership FOR EACH ROW EXECUTE FUNCTION membership_listed()",
    "CREATE FUNCTION web_user_listed() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        UPDATE member_listing SET email = new.email, first_name = new.first_name, last_name = new.last_name,
            last_login_at = new.last_login_at, search_text = new.search_text WHERE web_user_id = new.id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER web_user_listed AFTER UPDATE OF email, first_name, last_name, last_login_at, search_text
        ON web_user FOR EACH ROW EXECUTE FUNCTION web_user_listed()",
];
