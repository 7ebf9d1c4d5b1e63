//! A migrated database for each test. Migrating takes longer than copying, so it is done once and copied.

use fieldgate::domain::SystemClock;
use fieldgate::store::{ConnectOptions, Store, migrate_up};
use sea_orm::{ConnectionTrait, Statement};
use std::sync::{Arc, Mutex};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::OnceCell;

const POSTGRES: &str = "FIELDGATE_TEST_POSTGRES_URL";

pub enum Database {
    Sqlite { folder: tempfile::TempDir, url: String },
    Postgres { server: String, name: String, url: String },
}

/// The migrated template: a file, or the name of a database.
static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

enum Template {
    Sqlite(tempfile::TempDir),
    Postgres { name: String, shape: String },
}

/// Databases that a test has left as the template is. To make and drop one costs PostgreSQL a checkpoint each, which is
/// longer than most tests take.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Database {
    pub async fn fresh() -> Self {
        match TEMPLATE.get_or_init(make_template).await {
            Template::Sqlite(template) => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("test.db");
                std::fs::copy(template.path().join("template.db"), &file).unwrap();
                let url = format!("sqlite://{}", file.display());
                Self::Sqlite { folder, url }
            }
            Template::Postgres { name: template, .. } => {
                let server = std::env::var(POSTGRES).unwrap();
                if let Some(name) = free() {
                    return Self::Postgres { url: with_name(&server, &name), server, name };
                }
                let name = format!("{}{}", of_process(std::process::id()), uuid::Uuid::new_v4().as_simple());
                // Of tests that copy at once, all but one find the template busy for a moment.
                let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
                retry(&server, &sql).await;
                let url = with_name(&server, &name);
                Self::Postgres { server, name, url }
            }
        }
    }

    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite { url, .. } | Self::Postgres { url, .. } => url,
        }
    }

    /// What a statement answers, over a connection of its own.
    pub async fn rows(&self, sql: &str) -> Result<Vec<Vec<String>>, sea_orm::DbErr> {
        let mut options = sea_orm::ConnectOptions::new(self.url());
        options.max_connections(1).sqlx_logging(false);
        let connection = sea_orm::Database::connect(options).await?;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await?;
        connection.close().await?;
        let texts = |row: sea_orm::QueryResult| {
            let texts =
                (0..row.column_names().len()).map(|index| row.try_get_by_index::<Option<String>>(index));
            texts.map(|text| Ok(text?.unwrap_or_default())).collect()
        };
        rows.into_iter().map(texts).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { server, name, url } = self {
            let (server, name, url) = (server.clone(), name.clone(), url.clone());
            // What runs on other threads may still write, and a test that failed may have left anything.
            let is_quiet = Handle::try_current()
                .is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::CurrentThread)
                && !std::thread::panicking();
            // A test's runtime is ending: the clean-up has one of its own.
            let cleaned = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    if is_quiet && is_emptied(&url).await.unwrap_or(false) {
                        FREE.lock().unwrap().push(name);
                    } else {
                        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                        drop(execute(&server, &sql).await);
                    }
                });
            });
            drop(cleaned.join());
        } else if let Self::Sqlite { folder, .. } = self {
            let _: &tempfile::TempDir = folder;
        }
    }
}

fn free() -> Option<String> {
    FREE.lock().unwrap().pop()
}

/// Ends what is connected and takes all rows away. No, when the tables are not those of the template any more.
async fn is_emptied(url: &str) -> Result<bool, sea_orm::DbErr> {
    let Some(Template::Postgres { shape, .. }) = TEMPLATE.get() else { return Ok(false) };
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    connection.execute_unprepared(&format!("SELECT pg_terminate_backend(pid) {others}")).await?;
    let mut left = 1_000;
    while left > 0 && number(&connection, &format!("SELECT count(*) {others}")).await? > 0 {
        left -= 1;
    }
    let is_same = left > 0 && shape_of(&connection).await? == *shape;
    if is_same {
        // Neither foreign keys nor the triggers that keep the audit hold for this connection.
        connection
            .execute_unprepared(
                "SET session_replication_role = replica;
                 DO $$ DECLARE name text; BEGIN
                   FOR name IN SELECT tablename FROM pg_tables
                     WHERE schemaname = 'public' AND tablename <> 'seaql_migrations' LOOP
                     EXECUTE format('DELETE FROM %I', name);
                   END LOOP;
                 END $$",
            )
            .await?;
    }
    connection.close().await?;
    Ok(is_same)
}

async fn number(connection: &sea_orm::DatabaseConnection, sql: &str) -> Result<i64, sea_orm::DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_one_raw(statement).await?.unwrap().try_get_by_index(0)
}

/// A digest of all tables, columns, indexes, constraints and triggers.
async fn shape_of(connection: &sea_orm::DatabaseConnection) -> Result<String, sea_orm::DbErr> {
    let sql = "SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
        SELECT table_name || '.' || column_name || data_type || is_nullable || coalesce(column_default, '') AS line
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tgname || pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT version FROM seaql_migrations) AS lines";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_one_raw(statement).await?.unwrap().try_get_by_index(0)
}

async fn make_template() -> Template {
    match std::env::var(POSTGRES) {
        Err(_) => {
            let folder = tempfile::tempdir().unwrap();
            migrate(&format!("sqlite://{}", folder.path().join("template.db").display())).await;
            Template::Sqlite(folder)
        }
        Ok(server) => {
            drop_left_behind(&server).await.unwrap();
            let name = format!("{}template", of_process(std::process::id()));
            execute(&server, &format!("CREATE DATABASE {name}")).await.unwrap();
            let url = with_name(&server, &name);
            migrate(&url).await;
            let mut options = sea_orm::ConnectOptions::new(&url);
            options.max_connections(1).sqlx_logging(false);
            let connection = sea_orm::Database::connect(options).await.unwrap();
            let shape = shape_of(&connection).await.unwrap();
            connection.close().await.unwrap();
            Template::Postgres { name, shape }
        }
    }
}

/// What the names of a test process's databases begin with.
fn of_process(id: u32) -> String {
    format!("fieldgate_test_{id}_")
}

/// A process cannot drop its template and its free databases, which outlive its last test, and one that was killed drops
/// nothing: the next one tidies up. It takes the server to be on this machine, as processes elsewhere are not seen.
async fn drop_left_behind(server: &str) -> Result<(), sea_orm::DbErr> {
    let mut options = sea_orm::ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'fieldgate\\_test\\_%'";
    for row in
        connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await?
    {
        let name: String = row.try_get_by_index(0)?;
        let process = name.split('_').nth(2).and_then(|id| id.parse::<u32>().ok());
        let is_over = process.is_some_and(|id| {
            id == std::process::id() || !std::path::Path::new("/proc").join(id.to_string()).exists()
        });
        if is_over {
            connection.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        }
    }
    connection.close().await
}

async fn migrate(url: &str) {
    let options = ConnectOptions { url: url.to_owned(), max_connections: 1, on_statement: None };
    let store = Store::connect(&options, Arc::new(SystemClock)).await.unwrap();
    migrate_up(&store).await.unwrap();
    store.close().await.unwrap();
}

/// Where a database of this name is. What a test writes need not outlast a power cut.
fn with_name(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}?options[synchronous_commit]=off")
}

async fn execute(server: &str, sql: &str) -> Result<(), sea_orm::DbErr> {
    let mut options = sea_orm::ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    let done = connection.execute_unprepared(sql).await.map(drop);
    connection.close().await?;
    done
}

async fn retry(server: &str, sql: &str) {
    for _ in 0..200 {
        match execute(server, sql).await {
            Ok(()) => return,
            Err(error) if error.to_string().contains("being accessed") => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the template stayed busy");
}
