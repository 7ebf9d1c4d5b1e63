//! The migrations go up, down and up again, on either kind of database, and `status` tells the truth on the way.

use fieldgate::domain::SystemClock;
use fieldgate::store::{ConnectOptions, Store, migrate_down, migrate_up, migration_status};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::sync::Arc;

/// A database that nothing has been done to.
struct Blank {
    _folder: tempfile::TempDir,
    url: String,
    /// The server and the name of a PostgreSQL database, to be dropped at the end.
    made: Option<(String, String)>,
}

impl Blank {
    async fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let Ok(server) = std::env::var("FIELDGATE_TEST_POSTGRES_URL") else {
            let url = format!("sqlite://{}", folder.path().join("blank.db").display());
            return Self { _folder: folder, url, made: None };
        };
        let name = format!("fieldgate_blank_{}", uuid::Uuid::new_v4().as_simple());
        run(&server, &format!("CREATE DATABASE {name}")).await;
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        Self { _folder: folder, url, made: Some((server, name)) }
    }

    async fn store(&self) -> Store {
        let options = ConnectOptions { url: self.url.clone(), max_connections: 2, on_statement: None };
        Store::connect(&options, Arc::new(SystemClock)).await.unwrap()
    }

    /// Everything that the database's catalogue knows of our making.
    async fn shape(&self) -> Vec<String> {
        let connection = connect(&self.url).await;
        let sql = match connection.get_database_backend() {
            DbBackend::Sqlite => {
                "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS thing FROM sqlite_master
                 WHERE name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations' ORDER BY 1"
            }
            _ => {
                "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS thing
                 FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
                 UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
                     AND tablename <> 'seaql_migrations'
                 UNION ALL SELECT 'constraint ' || conrelid::regclass::text || ' ' || pg_get_constraintdef(oid)
                     FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
                     AND conrelid::regclass::text <> 'seaql_migrations'
                 UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
                 UNION ALL SELECT 'function ' || proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
                     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
                 ORDER BY 1"
            }
        };
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        let things = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect();
        connection.close().await.unwrap();
        things
    }

    async fn gone(self) {
        if let Some((server, name)) = &self.made {
            run(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn run(url: &str, sql: &str) {
    let connection = connect(url).await;
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

async fn applied(store: &Store) -> Vec<bool> {
    migration_status(store).await.unwrap().iter().map(|state| state.applied).collect()
}

#[tokio::test]
async fn the_database_goes_up_down_and_up_again() {
    let blank = Blank::make().await;
    let store = blank.store().await;
    let steps = applied(&store).await.len();
    migrate_up(&store).await.unwrap();
    let shape = blank.shape().await;
    assert!(shape.iter().any(|thing| thing.contains("mobile_worker")), "{shape:?}");

    migrate_down(&store, u32::try_from(steps).unwrap()).await.unwrap();
    assert_eq!(blank.shape().await, Vec::<String>::new(), "what the way down left behind");

    migrate_up(&store).await.unwrap();
    assert_eq!(blank.shape().await, shape, "the second way up ends where the first did");
    store.close().await.unwrap();
    blank.gone().await;
}

#[tokio::test]
async fn each_step_can_be_taken_back_and_done_again() {
    let blank = Blank::make().await;
    let store = blank.store().await;
    migrate_up(&store).await.unwrap();
    let shape = blank.shape().await;
    let steps = applied(&store).await.len();
    for back in 1..=steps {
        migrate_down(&store, u32::try_from(back).unwrap()).await.unwrap();
        assert_ne!(blank.shape().await, shape, "{back} steps back change nothing");
        migrate_up(&store).await.unwrap();
        assert_eq!(blank.shape().await, shape, "{back} steps back and up again");
    }
    store.close().await.unwrap();
    blank.gone().await;
}

#[tokio::test]
async fn the_status_names_what_is_applied_and_what_is_missing() {
    let blank = Blank::make().await;
    let store = blank.store().await;
    let before = migration_status(&store).await.unwrap();
    assert!(before.len() >= 4 && before.iter().all(|state| !state.applied), "{before:?}");
    assert!(before.is_sorted_by(|one, next| one.name < next.name), "{before:?}");

    migrate_up(&store).await.unwrap();
    assert!(applied(&store).await.iter().all(|applied| *applied));

    migrate_down(&store, 1).await.unwrap();
    let mut expected = vec![true; before.len()];
    *expected.last_mut().unwrap() = false;
    assert_eq!(applied(&store).await, expected);

    migrate_up(&store).await.unwrap();
    migrate_up(&store).await.unwrap();
    assert!(applied(&store).await.iter().all(|applied| *applied), "a second `up` changes nothing");
    store.close().await.unwrap();
    blank.gone().await;
}

#[tokio::test]
async fn gateways_that_start_at_once_migrate_once() {
    let blank = Blank::make().await;
    let (one, two, three) = (blank.store().await, blank.store().await, blank.store().await);
    let (first, second, third) = tokio::join!(migrate_up(&one), migrate_up(&two), migrate_up(&three));
    for (result, name) in [(first, "first"), (second, "second"), (third, "third")] {
        assert!(result.is_ok(), "the {name}: {result:?}");
    }
    assert!(applied(&one).await.iter().all(|applied| *applied));
    for store in [one, two, three] {
        store.close().await.unwrap();
    }
    blank.gone().await;
}

/// The name of the step that made lists of members.
const MEMBERS: &str = "m20261122_000007_members";

#[tokio::test]
async fn people_and_roles_of_before_are_found_by_the_lists_of_members() {
    let blank = Blank::make().await;
    let store = blank.store().await;
    let steps = migration_status(&store).await.unwrap();
    let back = steps.len() - steps.iter().position(|step| step.name == MEMBERS).unwrap();
    migrate_up(&store).await.unwrap();
    migrate_down(&store, u32::try_from(back).unwrap()).await.unwrap();
    let connection = connect(&blank.url).await;
    let id = |number: u8| match connection.get_database_backend() {
        DbBackend::Sqlite => format!("X'{}'", format!("{number:02x}").repeat(16)),
        _ => format!("'{}'::uuid", format!("{number:02x}").repeat(16)),
    };
    let (space, person, role, member) = (id(1), id(2), id(3), id(4));
    const AT: &str = "'2026-01-01T00:00:00+00:00'";
    for sql in [
        format!(
            "INSERT INTO project_space (id, name, display_name, connect_enabled, two_factor_required,
                 strong_mobile_passwords, invitation_lifetime_days, allow_access_requests, invite_email_only, created_at,
                 updated_at, version)
             VALUES ({space}, 'acme', 'Acme', FALSE, FALSE, FALSE, 30, FALSE, TRUE, {AT}, {AT}, 1)"
        ),
        format!(
            "INSERT INTO web_user (id, email, first_name, last_name, is_active, created_at, updated_at, version)
             VALUES ({person}, 'zoe@acme.example', 'ZOÉ', 'Diallo', TRUE, {AT}, {AT}, 1)"
        ),
        format!(
            "INSERT INTO role (id, project_space_id, name, name_key, grants, editable_by_non_admins, is_mobile_default,
                 is_archived, created_at, updated_at, version)
             VALUES ({role}, {space}, 'Nurse', 'nurse', '{{\"custom:approve\": true, \"view_reports\": true}}', FALSE,
                 FALSE, FALSE, {AT}, {AT}, 1)"
        ),
        format!(
            "INSERT INTO membership (id, project_space_id, web_user_id, is_admin, role_id, is_active, joined_at, version)
             VALUES ({member}, {space}, {person}, FALSE, {role}, TRUE, {AT}, 1)"
        ),
    ] {
        connection.execute_unprepared(&sql).await.unwrap();
    }
    migrate_up(&store).await.unwrap();
    let texts = async |sql: &str| {
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(texts("SELECT search_text FROM member_listing").await, ["zoe@acme.example\nzoé\ndiallo"]);
    assert_eq!(texts("SELECT name FROM custom_permission").await, ["custom:approve"]);
    assert_eq!(texts("SELECT name FROM role_custom_permission").await, ["custom:approve"]);
    connection.close().await.unwrap();
    store.close().await.unwrap();
    blank.gone().await;
}

#[tokio::test]
async fn mails_stay_when_the_outbox_changes_its_shape() {
    let blank = Blank::make().await;
    let store = blank.store().await;
    migrate_up(&store).await.unwrap();
    let names: Vec<_> = migration_status(&store).await.unwrap().into_iter().map(|state| state.name).collect();
    let back = names.len() - names.iter().position(|name| name.ends_with("_mail")).unwrap();
    migrate_down(&store, u32::try_from(back).unwrap()).await.unwrap();
    let id = match connect(&blank.url).await.get_database_backend() {
        DbBackend::Sqlite => "x'0192f5d1c0de70008000000000000042'",
        _ => "'0192f5d1-c0de-7000-8000-000000000042'",
    };
    run(
        &blank.url,
        &format!(
            "INSERT INTO mail (id, recipient, template, data, message_id, status, attempts, next_attempt_at, created_at)
             VALUES ({id}, 'ana@example.org', 'action_notice', '{{}}', 'm@fieldgate', 'given_up', 3,
                     '2026-11-22T17:00:00+00:00', '2026-11-22T16:00:00+00:00')"
        ),
    )
    .await;
    migrate_up(&store).await.unwrap();
    run(&blank.url, "UPDATE mail SET status = 'undeliverable' WHERE attempts = 3 AND claimed_until IS NULL")
        .await;
    migrate_down(&store, u32::try_from(back).unwrap()).await.unwrap();
    let connection = connect(&blank.url).await;
    let sql = "SELECT recipient || ' ' || status || ' ' || message_id FROM mail";
    let rows = connection
        .query_all_raw(Statement::from_string(connection.get_database_backend(), sql))
        .await
        .unwrap();
    let rows: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(rows, ["ana@example.org given_up m@fieldgate"]);
    connection.close().await.unwrap();
    migrate_up(&store).await.unwrap();
    store.close().await.unwrap();
    blank.gone().await;
}

#[tokio::test]
async fn what_took_effect_before_is_in_the_order_of_its_times_and_before_all_that_follows() {
    let blank = Blank::make().await;
    let store = blank.store().await;
    migrate_up(&store).await.unwrap();
    let names: Vec<_> = migration_status(&store).await.unwrap().into_iter().map(|state| state.name).collect();
    let back = names.len() - names.iter().position(|name| name.ends_with("_policy_order")).unwrap();
    migrate_down(&store, u32::try_from(back).unwrap()).await.unwrap();
    let connection = connect(&blank.url).await;
    let id = |number: u8| match connection.get_database_backend() {
        DbBackend::Sqlite => format!("X'{}'", format!("{number:02x}").repeat(16)),
        _ => format!("'{}'::uuid", format!("{number:02x}").repeat(16)),
    };
    let at = |day: u8| format!("'2026-01-0{day}T00:00:00+00:00'");
    for (space, name) in [(1, "acme"), (2, "globex")] {
        let (space, at) = (id(space), at(1));
        let sql = format!(
            "INSERT INTO project_space (id, name, display_name, connect_enabled, two_factor_required,
                 strong_mobile_passwords, invitation_lifetime_days, allow_access_requests, invite_email_only, created_at,
                 updated_at, version)
             VALUES ({space}, '{name}', 'A', FALSE, FALSE, FALSE, 30, FALSE, TRUE, {at}, {at}, 1)"
        );
        connection.execute_unprepared(&sql).await.unwrap();
    }
    for (number, space, day) in [(11, 1, 3), (12, 1, 2), (13, 2, 1), (14, 1, 3)] {
        let sql = format!(
            "INSERT INTO policy_activation (id, project_space_id, kind, comment, at)
             VALUES ({}, {}, 'reset', '{number}', {})",
            id(number),
            id(space),
            at(day)
        );
        connection.execute_unprepared(&sql).await.unwrap();
    }
    migrate_up(&store).await.unwrap();
    let sql = "SELECT comment || ' ' || CAST(stack_version AS TEXT) FROM policy_activation ORDER BY comment";
    let rows = connection
        .query_all_raw(Statement::from_string(connection.get_database_backend(), sql))
        .await
        .unwrap();
    let rows: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(rows, ["11 2", "12 1", "13 1", "14 3"]);
    connection.close().await.unwrap();
    store.close().await.unwrap();
    blank.gone().await;
}
