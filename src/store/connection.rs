//! The two ways to the database: a read that can be nothing but a select, and a transaction that one proof opens and
//! whose commit writes the audit. The connections stay private to this file.

use super::audit::{self, Change, Subject};
use super::error::StoreError;
use super::idempotency;
use super::transaction::{Transaction, is_clean};
use super::writability::Writability;
use crate::authz::{Action, Authorized, Obligation, Realm, Resource, Routine};
use crate::domain::Clock;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{DeleteStatement, InsertStatement, SelectStatement, UpdateStatement};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, FromQueryResult};
use serde_json::Value as Json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Told the text of a statement.
pub type OnStatement = Arc<dyn Fn(&str) + Send + Sync>;

/// How to reach the database.
#[derive(Clone)]
pub struct ConnectOptions {
    /// `sqlite://path/to/file.db` or `postgres://user:password@host/database`.
    pub url: String,
    /// Most connections at a time.
    pub max_connections: u32,
    /// Told the text of every statement that is run. Tests count them.
    pub on_statement: Option<OnStatement>,
}

/// Longest wait for a connection or for SQLite's writer, and longest run of a statement.
const PATIENCE: Duration = Duration::from_secs(10);

/// The database.
#[derive(Clone)]
pub struct Store {
    reader: DatabaseConnection,
    /// SQLite has one writer: a pool of one is the queue in front of it, and readers do not wait there.
    writer: DatabaseConnection,
    clock: Arc<dyn Clock>,
    writability: Arc<Writability>,
    /// Rung after a commit that queued mail.
    mail_bell: Arc<Notify>,
    /// Rung after a commit that changed a policy stack.
    policy_bell: Arc<Notify>,
}

impl Store {
    /// Connects. A file that is not there is created.
    ///
    /// # Errors
    /// [`StoreError::Unexpected`] when the database cannot be reached.
    pub async fn connect(options: &ConnectOptions, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let reader = connect(options, options.max_connections).await?;
        let writer = match reader.get_database_backend() {
            DbBackend::Sqlite => connect(options, 1).await?,
            _ => reader.clone(),
        };
        Ok(Self {
            reader,
            writer,
            clock,
            writability: Arc::default(),
            mail_bell: Arc::default(),
            policy_bell: Arc::default(),
        })
    }

    /// Closes every connection. SQLite then folds its log into the file.
    ///
    /// # Errors
    /// [`StoreError::Unexpected`].
    pub async fn close(self) -> Result<(), StoreError> {
        // On PostgreSQL both are the same pool, which may be closed twice.
        self.writer.close().await?;
        Ok(self.reader.close().await?)
    }

    /// Returns once mail has been queued through this store, or was since the last call: the sender need not wait for
    /// its next look. Mail that another gateway queued is for that gateway's bell, or for the look.
    pub async fn mail_queued(&self) {
        self.mail_bell.notified().await;
    }

    /// Returns once a policy stack was changed through this store. Other gateways see it at their next look.
    pub async fn policy_changed(&self) {
        self.policy_bell.notified().await;
    }

    /// Which database it is: the few places where their SQL differs ask.
    pub(super) fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// The connections that write.
    pub(super) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// What is known of the last writes.
    pub(super) fn writability(&self) -> &Arc<Writability> {
        &self.writability
    }

    /// The row that a select finds.
    pub(super) async fn one<M: FromQueryResult>(
        &self,
        query: &SelectStatement,
    ) -> Result<Option<M>, StoreError> {
        let row = self.reader.query_one(query).await?;
        Ok(row.map(|row| M::from_query_result(&row, "")).transpose()?)
    }

    /// The rows that a select finds.
    pub(super) async fn all<M: FromQueryResult>(
        &self,
        query: &SelectStatement,
    ) -> Result<Vec<M>, StoreError> {
        let rows = self.reader.query_all(query).await?;
        Ok(rows.iter().map(|row| M::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// Runs one update that needs no permission, because it records a fact about a permitted change, and returns the number
    /// of rows that it changed.
    pub(super) async fn note(&self, update: &UpdateStatement) -> Result<u64, StoreError> {
        let tx = Transaction::begin(&self.writer, &self.writability).await?;
        let rows = tx.execute(update).await?.rows_affected();
        tx.commit().await?;
        Ok(rows)
    }

    /// Runs one insert that needs no permission, because it records a fact about a permitted change.
    pub(super) async fn note_new(&self, insert: &InsertStatement) -> Result<(), StoreError> {
        let tx = Transaction::begin(&self.writer, &self.writability).await?;
        tx.execute(insert).await?;
        tx.commit().await
    }

    /// Runs one delete that needs no permission, because nothing but the record of a fact goes, and returns the number of rows.
    pub(super) async fn note_gone(&self, delete: &DeleteStatement) -> Result<u64, StoreError> {
        let tx = Transaction::begin(&self.writer, &self.writability).await?;
        let rows = tx.execute(delete).await?.rows_affected();
        tx.commit().await?;
        Ok(rows)
    }

    /// The time, by the gateway's clock.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Opens a transaction for what the proof permits: the only way to write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection is free in time.
    pub async fn begin<A: Action>(&self, proof: Authorized<A>) -> Result<UnitOfWork<A>, StoreError> {
        let tx = Transaction::begin(&self.writer, &self.writability).await?;
        Ok(UnitOfWork {
            proof,
            tx,
            now: self.clock.now(),
            mail_queued: false,
            mail_bell: Arc::clone(&self.mail_bell),
            policy_changed: false,
            policy_bell: Arc::clone(&self.policy_bell),
            changes: Vec::new(),
            made: None,
            about: None,
        })
    }
}

/// One transaction: opened by one proof, audited by its commit. Dropped without a commit, it leaves nothing behind.
#[must_use]
pub struct UnitOfWork<A: Action> {
    pub(super) proof: Authorized<A>,
    pub(super) tx: Transaction,
    /// When it was opened: the time of everything it writes.
    pub(super) now: DateTime<Utc>,
    /// Whether it queued mail.
    pub(super) mail_queued: bool,
    mail_bell: Arc<Notify>,
    /// Whether it changed a policy stack.
    pub(super) policy_changed: bool,
    policy_bell: Arc<Notify>,
    changes: Vec<Change>,
    /// What was made, when that is not the resource that was judged.
    made: Option<Subject>,
    /// Whom the audit tells of, when nobody would look for the resource that was judged.
    about: Option<Subject>,
}

impl<A: Action> UnitOfWork<A> {
    /// When it was opened.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    /// Reads inside the transaction.
    pub(super) async fn one<M: FromQueryResult>(
        &self,
        query: &SelectStatement,
    ) -> Result<Option<M>, StoreError> {
        let row = self.tx.query_one(query).await?;
        Ok(row.map(|row| M::from_query_result(&row, "")).transpose()?)
    }

    /// Reads several rows inside the transaction.
    pub(super) async fn all<M: FromQueryResult>(
        &self,
        query: &SelectStatement,
    ) -> Result<Vec<M>, StoreError> {
        let rows = self.tx.query_all(query).await?;
        Ok(rows.iter().map(|row| M::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// Notes for the audit that a field went from one value to another. Secrets are never given here.
    pub(super) fn changed(&mut self, field: &'static str, from: Json, to: Json) {
        if from != to {
            self.changes.push(Change { field, from, to });
        }
    }

    /// Notes for the audit that this is about a new thing below the judged one.
    pub(super) fn made<R: Resource>(&mut self, made: &R) {
        self.made = Some(Subject::of(made));
    }

    /// Notes for the audit that this is about the thing behind the judged one, and for its project space to read: the
    /// worker behind an account.
    pub(super) fn tells_of<R: Resource>(&mut self, thing: &R) {
        self.about = Some(Subject::of(thing));
    }

    /// Writes the audit entry, queues what the obligations ask, commits, and gives the proof back.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing was written at all.
    pub async fn commit(mut self) -> Result<Authorized<A>, StoreError> {
        let changes = std::mem::take(&mut self.changes);
        if let Some(Subject { kind, .. }) = &self.made {
            idempotency::claim(&self.tx, self.now, self.proof.principal(), kind).await?;
        }
        let subjects = (self.made.take(), self.about.take());
        audit::insert(&self.tx, self.now, &self.proof, subjects, changes).await?;
        for obligation in self.proof.obligations().to_vec() {
            match obligation {
                Obligation::NotifyAdmins => {
                    if let Realm::ProjectSpace(space) = self.proof.resource().realm() {
                        self.notify_admins(space).await?;
                    }
                }
                // The authorizer gives no proof to whoever has not met it.
                Obligation::RequireOtp => {}
            }
        }
        self.tx.commit().await?;
        if self.mail_queued {
            self.mail_bell.notify_one();
        }
        if self.policy_changed {
            self.policy_bell.notify_one();
        }
        Ok(self.proof)
    }
}

impl<A: Routine> UnitOfWork<A> {
    /// Commits a step of the gateway's own machinery. It is audited if it changed something that was noted; otherwise the
    /// trail would be drowned in entries about claims and tries, ten for a mail while its server is away, that answer
    /// nobody's question. Those show on the row itself, and in the log.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub async fn commit_routine(self) -> Result<(), StoreError> {
        if self.changes.is_empty() {
            return self.tx.commit().await;
        }
        let _done = self.commit().await?;
        Ok(())
    }
}

async fn connect(options: &ConnectOptions, max_connections: u32) -> Result<DatabaseConnection, StoreError> {
    let mut connect = sea_orm::ConnectOptions::new(options.url.clone());
    connect
        .max_connections(max_connections)
        .connect_timeout(PATIENCE)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false)
        // A ping before each use would cost as much as the statement.
        .test_before_acquire(false)
        .map_sqlx_sqlite_before_acquire(|connection, _| is_clean(connection))
        .map_sqlx_postgres_before_acquire(|connection, _| is_clean(connection))
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged change survives a power cut (security D1).
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(PATIENCE)
        })
        .map_sqlx_postgres_opts(|postgres| {
            postgres.options([
                ("statement_timeout", PATIENCE.as_millis().to_string()),
                ("lock_timeout", PATIENCE.as_millis().to_string()),
                ("idle_in_transaction_session_timeout", PATIENCE.as_millis().to_string()),
            ])
        });
    let mut connection = Database::connect(connect).await?;
    if let Some(on_statement) = options.on_statement.clone() {
        connection.set_metric_callback(move |info| on_statement(&info.statement.sql));
    }
    Ok(connection)
}
