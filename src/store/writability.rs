//! Whether the database can be written: what `/ready` asks.

use super::connection::Store;
use super::error::StoreError;
use super::transaction::Transaction;
use entity::heartbeat;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ConnectionTrait, DbErr};
use std::sync::atomic::{AtomicBool, Ordering};

/// How many bytes the test write takes: more than an ordinary request writes. A full disk often has room for one more page.
const PADDING_BYTES: usize = 64 * 1024;
/// The only row of the table.
const ROW: i32 = 1;

/// What is known of the last writes.
pub struct Writability {
    /// A write failed, or none was made since the start. A test write clears it, and no other write does: some need no space.
    is_in_doubt: AtomicBool,
    /// One test write at a time.
    test: tokio::sync::Mutex<()>,
}

impl Default for Writability {
    fn default() -> Self {
        Self { is_in_doubt: AtomicBool::new(true), test: tokio::sync::Mutex::default() }
    }
}

impl Writability {
    /// Remembers that a statement failed, if the reason is that the database cannot be written.
    pub(super) fn note_db_error(&self, error: &DbErr) {
        if StoreError::is_not_writable(error) {
            self.doubt(error);
        }
    }

    /// Remembers that a step failed, if the reason is that the database cannot be written.
    pub(super) fn note_failure(&self, error: &StoreError) {
        if let StoreError::NotWritable(cause) = error {
            self.doubt(cause);
        }
    }

    fn doubt(&self, error: &DbErr) {
        if !self.is_in_doubt.swap(true, Ordering::AcqRel) {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "the database cannot be written: `/ready` answers 503 until it can; is the disk full or read-only?"
            );
        }
    }
}

impl Store {
    /// Returns `Ok` if the database answers and can be written. It is written only when the last write failed, and once after
    /// the start.
    ///
    /// # Errors
    /// [`StoreError`]: the first sign that it cannot.
    pub async fn check_ready(&self) -> Result<(), StoreError> {
        let read = Query::select().column(heartbeat::Column::Id).from(heartbeat::Entity).to_owned();
        let _read: Option<Read> = self.one(&read).await?;
        let writability = self.writability();
        if !writability.is_in_doubt.load(Ordering::Acquire) {
            return Ok(());
        }
        let _one_at_a_time = writability.test.lock().await;
        if !writability.is_in_doubt.load(Ordering::Acquire) {
            return Ok(());
        }
        let tx = Transaction::begin(self.writer(), writability).await?;
        let write = Query::insert()
            .into_table(heartbeat::Entity)
            .columns([heartbeat::Column::Id, heartbeat::Column::At, heartbeat::Column::Padding])
            .values_panic([ROW.into(), self.now().into(), vec![0_u8; PADDING_BYTES].into()])
            .on_conflict(
                OnConflict::column(heartbeat::Column::Id)
                    .update_columns([heartbeat::Column::At, heartbeat::Column::Padding])
                    .to_owned(),
            )
            .to_owned();
        tx.execute(&write).await?;
        tx.commit().await?;
        writability.is_in_doubt.store(false, Ordering::Release);
        tracing::info!("the database can be written");
        Ok(())
    }
}

#[derive(Debug, sea_orm::FromQueryResult)]
struct Read {
    #[expect(dead_code, reason = "that the row can be read is all that is asked")]
    id: i32,
}
