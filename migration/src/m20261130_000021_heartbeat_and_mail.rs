//! A row that is written to find out whether the database can be written; the mails that are being sent, to bound them;
//! blocks of addresses that end by themselves, and suppressed bounces.

use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "CREATE TABLE heartbeat (
                id INTEGER NOT NULL PRIMARY KEY,
                at TIMESTAMPTZ NOT NULL,
                padding BYTEA NOT NULL
            )",
                "CREATE INDEX mail_claimed ON mail (claimed_until) WHERE claimed_until IS NOT NULL",
            ],
        )
        .await?;
        // SQLite cannot change a CHECK, so both tables are made anew around their rows, the same way on both databases.
        let reasons = "blocked_until TIMESTAMPTZ NULL,
                block_reason TEXT NULL CHECK (block_reason IN ('bounces', 'complaint', 'suppressed')),";
        rebuild(manager, reasons, "'permanent', 'transient', 'complaint', 'suppressed'", "1 = 1").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "UPDATE email_address SET blocked_at = NULL, block_reason = NULL WHERE block_reason = 'suppressed'",
                "DROP INDEX mail_claimed",
            ],
        )
        .await?;
        let reasons = "block_reason TEXT NULL CHECK (block_reason IN ('bounces', 'complaint')),";
        rebuild(manager, reasons, "'permanent', 'transient', 'complaint'", "kind <> 'suppressed'").await?;
        drop_tables(manager, &["heartbeat"]).await
    }
}

/// Makes the tables `email_address` and `bounce` anew. `reasons` are the columns of a block, `kinds` the kinds of bounces, and
/// `kept` says which bounces are kept.
async fn rebuild(manager: &SchemaManager<'_>, reasons: &str, kinds: &str, kept: &str) -> Result<(), DbErr> {
    let address = format!(
        "CREATE TABLE email_address (
                address TEXT NOT NULL PRIMARY KEY,
                blocked_at TIMESTAMPTZ NULL,
                {reasons}
                cleared_at TIMESTAMPTZ NULL,
                CHECK ((blocked_at IS NULL) = (block_reason IS NULL))
            )"
    );
    let bounce = format!(
        "CREATE TABLE bounce (
                id UUID NOT NULL PRIMARY KEY,
                event_key TEXT NOT NULL UNIQUE,
                address TEXT NOT NULL REFERENCES email_address (address),
                mail_id UUID NULL REFERENCES mail (id),
                kind TEXT NOT NULL CHECK (kind IN ({kinds})),
                diagnostic TEXT NULL,
                at TIMESTAMPTZ NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            )"
    );
    let bounces = format!("CREATE TEMPORARY TABLE bounce_before AS SELECT * FROM bounce WHERE {kept}");
    run(
        manager,
        &[
            &bounces,
            "CREATE TEMPORARY TABLE address_before AS SELECT * FROM email_address",
            "DROP TABLE bounce",
            "DROP TABLE email_address",
            &address,
            &bounce,
            "INSERT INTO email_address (address, blocked_at, block_reason, cleared_at)
                SELECT address, blocked_at, block_reason, cleared_at FROM address_before",
            "INSERT INTO bounce (id, event_key, address, mail_id, kind, diagnostic, at, created_at)
                SELECT id, event_key, address, mail_id, kind, diagnostic, at, created_at FROM bounce_before",
            "DROP TABLE bounce_before",
            "DROP TABLE address_before",
            "CREATE INDEX email_address_blocked ON email_address (blocked_at, address) WHERE blocked_at IS NOT NULL",
            "CREATE INDEX bounce_address ON bounce (address, at)",
        ],
    )
    .await
}
