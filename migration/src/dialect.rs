//! Tables are written once, in PostgreSQL's words. SQLite's are made of them here.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Runs statements, one after the other.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for statement in statements {
        let sql = match connection.get_database_backend() {
            DbBackend::Sqlite => sqlite(statement),
            _ => (*statement).to_owned(),
        };
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Runs statements that only one of the databases knows.
pub async fn run_on(
    manager: &SchemaManager<'_>,
    backend: DbBackend,
    statements: &[&str],
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if connection.get_database_backend() == backend {
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
    }
    Ok(())
}

/// Drops tables, the last made first.
pub async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables.iter().rev() {
        manager.drop_table(Table::drop().table(Alias::new(*table)).to_owned()).await?;
    }
    Ok(())
}

/// The storage classes of SQLite's STRICT tables, which refuse values of another type.
fn sqlite(statement: &str) -> String {
    let sql = statement
        .replace("UUID", "BLOB")
        .replace("BYTEA", "BLOB")
        .replace("TIMESTAMPTZ", "TEXT")
        .replace("JSONB", "TEXT")
        .replace("BOOLEAN", "INTEGER")
        .replace("BIGINT", "INTEGER")
        .replace("DOUBLE PRECISION", "REAL");
    if sql.trim_start().starts_with("CREATE TABLE") { format!("{sql} STRICT") } else { sql }
}
