//! The mail outbox with all that can become of a mail; bounces, and the addresses that they block; the language that a
//! project space's mails are written in.

use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What both shapes of the outbox have.
const KEPT: &str =
    "id, project_space_id, recipient, template, data, message_id, attempts, next_attempt_at, created_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite cannot change a CHECK, so the table is made anew around its rows, the same way on both databases.
        let copy = format!("INSERT INTO mail ({KEPT}, status) SELECT {KEPT}, status FROM mail_before");
        run(
            manager,
            &[
                "CREATE TEMPORARY TABLE mail_before AS SELECT * FROM mail",
                "DROP TABLE mail",
                // `message_id` is fixed when the mail is queued: whoever gets it twice can tell. A gateway that sends a
                // mail has claimed it until a moment at which, if nothing more was heard of it, any other may take it.
                "CREATE TABLE mail (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NULL REFERENCES project_space (id),
                recipient TEXT NOT NULL,
                template TEXT NOT NULL,
                data JSONB NOT NULL,
                message_id TEXT NOT NULL UNIQUE,
                status TEXT NOT NULL
                    CHECK (status IN ('queued', 'sent', 'delivered', 'undeliverable', 'given_up')),
                attempts INTEGER NOT NULL,
                next_attempt_at TIMESTAMPTZ NOT NULL,
                claimed_until TIMESTAMPTZ NULL,
                last_error TEXT NULL,
                created_at TIMESTAMPTZ NOT NULL,
                sent_at TIMESTAMPTZ NULL
            )",
                &copy,
                "DROP TABLE mail_before",
                "CREATE INDEX mail_due ON mail (next_attempt_at, id) WHERE status = 'queued'",
                "CREATE INDEX mail_status ON mail (status, id)",
                "CREATE INDEX mail_recipient ON mail (recipient, project_space_id)",
                // An address stands here once something came back from it. Bounces from before `cleared_at` no longer
                // count against it.
                "CREATE TABLE email_address (
                address TEXT NOT NULL PRIMARY KEY,
                blocked_at TIMESTAMPTZ NULL,
                block_reason TEXT NULL CHECK (block_reason IN ('bounces', 'complaint')),
                cleared_at TIMESTAMPTZ NULL,
                CHECK ((blocked_at IS NULL) = (block_reason IS NULL))
            )",
                "CREATE INDEX email_address_blocked ON email_address (blocked_at, address)
                    WHERE blocked_at IS NOT NULL",
                // `event_key` names the event as its reporter does: what is reported twice counts once.
                "CREATE TABLE bounce (
                id UUID NOT NULL PRIMARY KEY,
                event_key TEXT NOT NULL UNIQUE,
                address TEXT NOT NULL REFERENCES email_address (address),
                mail_id UUID NULL REFERENCES mail (id),
                kind TEXT NOT NULL CHECK (kind IN ('permanent', 'transient', 'complaint')),
                diagnostic TEXT NULL,
                at TIMESTAMPTZ NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            )",
                "CREATE INDEX bounce_address ON bounce (address, at)",
                "ALTER TABLE project_space ADD COLUMN mail_language TEXT NOT NULL DEFAULT 'en'",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["email_address", "bounce"]).await?;
        let copy = format!(
            "INSERT INTO mail ({KEPT}, status) SELECT {KEPT}, CASE status
                WHEN 'delivered' THEN 'sent' WHEN 'undeliverable' THEN 'given_up' ELSE status END FROM mail_after"
        );
        run(
            manager,
            &[
                "ALTER TABLE project_space DROP COLUMN mail_language",
                "CREATE TEMPORARY TABLE mail_after AS SELECT * FROM mail",
                "DROP TABLE mail",
                "CREATE TABLE mail (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NULL REFERENCES project_space (id),
                recipient TEXT NOT NULL,
                template TEXT NOT NULL,
                data JSONB NOT NULL,
                message_id TEXT NOT NULL UNIQUE,
                status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'given_up')),
                attempts INTEGER NOT NULL,
                next_attempt_at TIMESTAMPTZ NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            )",
                &copy,
                "DROP TABLE mail_after",
                "CREATE INDEX mail_due ON mail (status, next_attempt_at)",
            ],
        )
        .await
    }
}
