//! PersonalID links of mobile workers, and the invites that make them.

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
                // The link stands on the worker's own row: a password and a link are written under one version, so that
                // of two who come at the same moment only one finds the worker as they judged it.
                "ALTER TABLE mobile_worker ADD COLUMN personal_id_status TEXT NOT NULL DEFAULT 'not_linked'
                CHECK (personal_id_status IN ('active', 'inactive', 'not_linked'))",
                "ALTER TABLE mobile_worker ADD COLUMN personal_id_issuer TEXT NULL",
                "ALTER TABLE mobile_worker ADD COLUMN personal_id_subject TEXT NULL",
                "ALTER TABLE mobile_worker ADD COLUMN personal_id_username TEXT NULL",
                "ALTER TABLE mobile_worker ADD COLUMN personal_id_linked_at TIMESTAMPTZ NULL",
                "ALTER TABLE mobile_worker ADD COLUMN personal_id_changed_at TIMESTAMPTZ NULL",
                "ALTER TABLE mobile_worker ADD COLUMN personal_id_requested_at TIMESTAMPTZ NULL",
                // A PersonalID account links to at most one worker of a project space. A subject is unique within its
                // issuer alone (OpenID Connect Core §5.7).
                "CREATE UNIQUE INDEX mobile_worker_personal_id ON mobile_worker
                (project_space_id, personal_id_issuer, personal_id_subject) WHERE personal_id_subject IS NOT NULL",
                // One for the filter, one for the order.
                "CREATE INDEX mobile_worker_link_status ON mobile_worker
                (project_space_id, personal_id_status, username, id)",
                "CREATE INDEX mobile_worker_by_link_status ON mobile_worker
                (project_space_id, personal_id_status, id)",
                // `token_hash` is of the link's token, `code_hash` of the code that can be typed instead: neither is at
                // rest. That an invite has expired is for the clock to say: it is pending here. `mail_id` is null where
                // the invite was handed over.
                "CREATE TABLE personal_id_invite (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                worker_id UUID NOT NULL,
                inviter_id UUID NULL REFERENCES web_user (id),
                state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'replaced')),
                token_hash BYTEA NOT NULL UNIQUE,
                code_hash BYTEA NOT NULL UNIQUE,
                mail_id UUID NULL,
                sent_at TIMESTAMPTZ NOT NULL,
                expires_at TIMESTAMPTZ NOT NULL,
                accepted_at TIMESTAMPTZ NULL,
                CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
                FOREIGN KEY (project_space_id, worker_id) REFERENCES mobile_worker (project_space_id, id),
                FOREIGN KEY (project_space_id, mail_id) REFERENCES mail (project_space_id, id)
            )",
                // A worker has one invite at a time: a new one replaces it.
                "CREATE UNIQUE INDEX personal_id_invite_open ON personal_id_invite (worker_id)
                WHERE state = 'pending'",
                "CREATE INDEX personal_id_invite_worker ON personal_id_invite (worker_id)",
                "CREATE INDEX personal_id_invite_mail ON personal_id_invite (mail_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["personal_id_invite"]).await?;
        run(
            manager,
            &[
                "DROP INDEX mobile_worker_by_link_status",
                "DROP INDEX mobile_worker_link_status",
                "DROP INDEX mobile_worker_personal_id",
                "ALTER TABLE mobile_worker DROP COLUMN personal_id_requested_at",
                "ALTER TABLE mobile_worker DROP COLUMN personal_id_changed_at",
                "ALTER TABLE mobile_worker DROP COLUMN personal_id_linked_at",
                "ALTER TABLE mobile_worker DROP COLUMN personal_id_username",
                "ALTER TABLE mobile_worker DROP COLUMN personal_id_subject",
                "ALTER TABLE mobile_worker DROP COLUMN personal_id_issuer",
                "ALTER TABLE mobile_worker DROP COLUMN personal_id_status",
            ],
        )
        .await
    }
}
