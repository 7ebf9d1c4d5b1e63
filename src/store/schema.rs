//! The shape of the database: brought up to date, taken back, looked at.

use super::connection::Store;
use super::error::StoreError;
use super::transaction::immediate;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, TransactionTrait};

/// One migration and whether it has been applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Its name, in order.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// Applies what is missing.
///
/// # Errors
/// [`StoreError::Unexpected`]; also when the database is newer than this gateway.
pub async fn migrate_up(store: &Store) -> Result<(), StoreError> {
    let turn = turn(store).await?;
    Migrator::up(&turn, None).await?;
    Ok(turn.commit().await?)
}

/// Takes back the last so many.
///
/// # Errors
/// [`StoreError::Unexpected`].
pub async fn migrate_down(store: &Store, steps: u32) -> Result<(), StoreError> {
    let turn = turn(store).await?;
    Migrator::down(&turn, Some(steps)).await?;
    Ok(turn.commit().await?)
}

/// One transaction for all of it: of several gateways that start at once, one migrates and the others wait for it, and who
/// dies on the way leaves nothing half-made.
async fn turn(store: &Store) -> Result<DatabaseTransaction, StoreError> {
    let connection = store.writer();
    let turn = connection.begin_with_options(immediate()).await?;
    if connection.get_database_backend() == DbBackend::Postgres {
        // SQLite has its one writer. This lock goes with its transaction, whatever happens.
        turn.execute_unprepared("SELECT pg_advisory_xact_lock(4611686018427387904)").await?;
    }
    Ok(turn)
}

/// All migrations, in order.
///
/// # Errors
/// [`StoreError::Unexpected`].
pub async fn migration_status(store: &Store) -> Result<Vec<MigrationState>, StoreError> {
    let states = Migrator::get_migration_with_status(store.writer()).await?;
    Ok(states
        .iter()
        .map(|migration| MigrationState {
            name: migration.name().to_owned(),
            applied: migration.status() == migration::MigrationStatus::Applied,
        })
        .collect())
}
