//! Invitations of web users, and requests to be let in.

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
                // What an invitation refers to is of its own project space, its mail too.
                "CREATE UNIQUE INDEX mail_of_project_space ON mail (project_space_id, id)",
                // `token_hash` is SHA-256 of the token that the link ends with: the token itself is nowhere. That an
                // invitation has expired is for the clock to say: it is pending here.
                "CREATE TABLE invitation (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                email TEXT NOT NULL,
                is_admin BOOLEAN NOT NULL,
                role_id UUID NULL,
                primary_location_id UUID NULL,
                inviter_id UUID NULL REFERENCES web_user (id),
                state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'revoked')),
                token_hash BYTEA NOT NULL UNIQUE,
                mail_id UUID NOT NULL,
                times_sent INTEGER NOT NULL,
                invited_at TIMESTAMPTZ NOT NULL,
                last_sent_at TIMESTAMPTZ NOT NULL,
                accepted_at TIMESTAMPTZ NULL,
                accepted_by_id UUID NULL REFERENCES web_user (id),
                updated_at TIMESTAMPTZ NOT NULL,
                version INTEGER NOT NULL,
                CHECK (NOT (is_admin AND role_id IS NOT NULL)),
                CHECK (state <> 'pending' OR is_admin OR role_id IS NOT NULL),
                CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
                CHECK ((accepted_at IS NULL) = (accepted_by_id IS NULL)),
                UNIQUE (project_space_id, id),
                FOREIGN KEY (project_space_id, role_id) REFERENCES role (project_space_id, id),
                FOREIGN KEY (project_space_id, primary_location_id) REFERENCES location (project_space_id, id),
                FOREIGN KEY (project_space_id, mail_id) REFERENCES mail (project_space_id, id)
            )",
                // An address is invited once at a time.
                "CREATE UNIQUE INDEX invitation_open ON invitation (project_space_id, email)
                    WHERE state = 'pending'",
                // One index for every filter; lists go by when somebody was invited.
                "CREATE INDEX invitation_invited_at ON invitation (project_space_id, invited_at, id)",
                "CREATE INDEX invitation_state ON invitation (project_space_id, state, invited_at, id)",
                "CREATE INDEX invitation_email ON invitation (project_space_id, email, id)",
                "CREATE INDEX invitation_role ON invitation (project_space_id, role_id, invited_at, id)",
                "CREATE INDEX invitation_inviter ON invitation (project_space_id, inviter_id, invited_at, id)",
                "CREATE INDEX invitation_mail ON invitation (mail_id)",
                "CREATE TABLE invitation_location (
                invitation_id UUID NOT NULL,
                project_space_id UUID NOT NULL,
                location_id UUID NOT NULL,
                position INTEGER NOT NULL,
                PRIMARY KEY (invitation_id, location_id),
                FOREIGN KEY (project_space_id, invitation_id) REFERENCES invitation (project_space_id, id),
                FOREIGN KEY (project_space_id, location_id) REFERENCES location (project_space_id, id)
            )",
                "CREATE INDEX invitation_location_here ON invitation_location (location_id, invitation_id)",
                // An invitation's places and all those above them: what reach is compared with.
                "CREATE VIEW invitation_lineage AS
                SELECT assigned.invitation_id, above.ancestor_id, above.distance
                FROM invitation_location assigned
                JOIN location_ancestor above ON above.location_id = assigned.location_id",
                // `account_id` is who was signed in when they asked; a stranger's address is only what they say.
                "CREATE TABLE access_request (
                id UUID NOT NULL PRIMARY KEY,
                project_space_id UUID NOT NULL REFERENCES project_space (id),
                email TEXT NOT NULL,
                full_name TEXT NOT NULL,
                message TEXT NOT NULL,
                account_id UUID NULL REFERENCES web_user (id),
                state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'rejected')),
                requested_at TIMESTAMPTZ NOT NULL,
                answered_at TIMESTAMPTZ NULL,
                CHECK ((state = 'open') = (answered_at IS NULL)),
                UNIQUE (project_space_id, id)
            )",
                // An address asks once at a time.
                "CREATE UNIQUE INDEX access_request_open ON access_request (project_space_id, email)
                    WHERE state = 'open'",
                "CREATE INDEX access_request_state ON access_request (project_space_id, state, requested_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP VIEW invitation_lineage"]).await?;
        drop_tables(manager, &["invitation", "invitation_location", "access_request"]).await?;
        run(manager, &["DROP INDEX mail_of_project_space"]).await
    }
}
