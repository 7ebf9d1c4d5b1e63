//! Accounts that have yet to be confirmed: the mail, the link as its holder finds it, and the confirmation.

use super::account_link::column;
use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::invitation::NewLink;
use super::mobile_worker::{MobileWorkerRow, search_text, select, worker};
use crate::authz::{ConfirmMobileWorker, Sealed, SendMobileWorkerConfirmation, UpdateMobileWorker};
use crate::domain::{
    Confirmation, ConfirmationLink, Email, Identity, LinkPurpose, MobileWorkerId, MobileWorkerStatus,
    PasswordRule,
};
use chrono::{DateTime, Utc};
use entity::{account_link, mobile_worker, project_space};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult};
use serde_json::json;
use uuid::Uuid;

struct LinkRow {
    worker: MobileWorkerRow,
    beside: BesideRow,
}

/// What stands beside a worker for the holder of their link.
#[derive(FromQueryResult)]
struct BesideRow {
    link_id: Uuid,
    link_email: String,
    link_expires_at: DateTime<Utc>,
    space_name: String,
    display_name: String,
    strong_mobile_passwords: bool,
}

impl FromQueryResult for LinkRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            worker: MobileWorkerRow::from_query_result(row, prefix)?,
            beside: BesideRow::from_query_result(row, prefix)?,
        })
    }
}

impl LinkRow {
    fn read(self) -> Result<ConfirmationLink, StoreError> {
        let beside = self.beside;
        let worker = worker(self.worker)?;
        let words = vec![beside.space_name.clone(), beside.display_name.clone()];
        let rule = PasswordRule::of_worker(beside.strong_mobile_passwords.into(), words);
        Ok(ConfirmationLink {
            id: beside.link_id,
            rule: rule.and_known(worker.known_words()),
            worker,
            project_space: beside.space_name,
            project_space_name: beside.display_name,
            email: Email::stored(beside.link_email),
            expires_at: beside.link_expires_at,
        })
    }
}

impl Store {
    /// The unconfirmed account whose link ends with the token of this hash, if the link works: it was not used, no newer
    /// one was sent, it is not too old, and the account has the address that it was sent to. Which of these it is not is
    /// nobody's business (security L6).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn confirmation_link(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<Sealed<ConfirmationLink>>, StoreError> {
        let worker = |column| Expr::col((mobile_worker::Entity, column));
        let space = |column| Expr::col((project_space::Entity, column));
        let mut query = select(self.backend());
        query
            .expr_as(column(account_link::Column::Id), "link_id")
            .expr_as(column(account_link::Column::Email), "link_email")
            .expr_as(column(account_link::Column::ExpiresAt), "link_expires_at")
            .expr_as(space(project_space::Column::Name), "space_name")
            .column((project_space::Entity, project_space::Column::DisplayName))
            .column((project_space::Entity, project_space::Column::StrongMobilePasswords))
            .inner_join(
                account_link::Entity,
                column(account_link::Column::MobileWorkerId).eq(worker(mobile_worker::Column::Id)),
            )
            .inner_join(
                project_space::Entity,
                space(project_space::Column::Id).eq(worker(mobile_worker::Column::ProjectSpaceId)),
            )
            .and_where(account_link::Column::TokenHash.eq(token_hash.to_vec()))
            .and_where(account_link::Column::Purpose.eq(LinkPurpose::Confirmation.name()))
            .and_where(account_link::Column::ExpiresAt.gt(now))
            .and_where(column(account_link::Column::Email).eq(worker(mobile_worker::Column::Email)))
            .and_where(mobile_worker::Column::Status.eq(MobileWorkerStatus::PendingConfirmation.name()));
        let row: Option<LinkRow> = self.one(&query).await?;
        row.map(|row| Ok(Sealed::new(row.read()?))).transpose()
    }
}

impl UnitOfWork<SendMobileWorkerConfirmation> {
    /// Sends the worker a link to confirm their account; one that was sent before no longer works.
    ///
    /// # Errors
    /// [`StoreError::TooOften`].
    pub async fn send_confirmation(&mut self, link: &NewLink, worker_suffix: &str) -> Result<(), StoreError> {
        let worker = self.proof.resource().clone();
        self.send_link_to_worker(LinkPurpose::Confirmation, &worker, link, worker_suffix).await
    }
}

impl UnitOfWork<UpdateMobileWorker> {
    /// The same along with a change of the worker, to the address that they have by now.
    ///
    /// # Errors
    /// [`StoreError::TooOften`].
    pub async fn and_send_confirmation(
        &mut self,
        link: &NewLink,
        worker_suffix: &str,
    ) -> Result<(), StoreError> {
        let worker = self.proof.resource().clone();
        self.send_link_to_worker(LinkPurpose::Confirmation, &worker, link, worker_suffix).await
    }
}

impl UnitOfWork<ConfirmMobileWorker> {
    /// Makes the account an active one, with the names and the password that the worker gave. Once: the link is gone.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the link was used, or the worker changed, since it was judged.
    pub async fn confirm(
        &mut self,
        confirmation: &Confirmation,
        password_hash: String,
    ) -> Result<MobileWorkerId, StoreError> {
        let link = self.proof.resource().clone();
        let before = link.worker;
        self.use_link(link.id).await?;
        let mut profile = before.profile.clone();
        profile.first_name.clone_from(&confirmation.first_name);
        profile.last_name.clone_from(&confirmation.last_name);
        let (pending, active) = (MobileWorkerStatus::PendingConfirmation, MobileWorkerStatus::Active);
        let written = mobile_worker::Entity::update_many()
            .col_expr(mobile_worker::Column::Status, Expr::val(active.name()))
            .col_expr(mobile_worker::Column::FirstName, Expr::val(profile.first_name.as_str()))
            .col_expr(mobile_worker::Column::LastName, Expr::val(profile.last_name.as_str()))
            .col_expr(mobile_worker::Column::PasswordHash, Expr::val(password_hash))
            .col_expr(mobile_worker::Column::SearchText, Expr::val(search_text(&before.username, &profile)))
            .col_expr(mobile_worker::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(mobile_worker::Column::Version, Expr::val(before.version.saturating_add(1)))
            .filter(mobile_worker::Column::Id.eq(before.id.0))
            .filter(mobile_worker::Column::Status.eq(pending.name()))
            .filter(mobile_worker::Column::Version.eq(before.version))
            .exec(&self.tx)
            .await?;
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.drop_links(Identity::MobileWorker(before.id), LinkPurpose::PasswordReset).await?;
        self.made(&before);
        self.changed("status", json!(pending.name()), json!(active.name()));
        self.changed("first_name", json!(before.profile.first_name), json!(profile.first_name));
        self.changed("last_name", json!(before.profile.last_name), json!(profile.last_name));
        self.changed("password", json!("***"), json!("*** (new)"));
        Ok(before.id)
    }
}
