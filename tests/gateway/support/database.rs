//! A migrated database for each test. Migrating takes longer than copying, so it is done once and copied.

use fieldgate::domain::SystemClock;
use fieldgate::store::{ConnectOptions, Store, migrate_up};
use sea_orm::{ConnectionTrait, Statement};
use std::sync::Arc;
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
    Postgres(String),
}

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
            Template::Postgres(template) => {
                let server = std::env::var(POSTGRES).unwrap();
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
        if let Self::Postgres { server, name, .. } = self {
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            let server = server.clone();
            // A test's runtime is ending: the clean-up has one of its own.
            let cleaned = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { execute(&server, &sql).await.is_ok() })
            });
            drop(cleaned.join());
        } else if let Self::Sqlite { folder, .. } = self {
            let _: &tempfile::TempDir = folder;
        }
    }
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
            migrate(&with_name(&server, &name)).await;
            Template::Postgres(name)
        }
    }
}

/// What the names of a test process's databases begin with.
fn of_process(id: u32) -> String {
    format!("fieldgate_test_{id}_")
}

/// A process cannot drop its template, which outlives its last test, and one that was killed drops nothing: the next one
/// tidies up. It takes the server to be on this machine, as processes elsewhere are not seen.
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

fn with_name(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
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
