//! Mails as they are read: each with its project space's name and language, and whether its address is blocked.

use super::connection::Store;
use super::email_address::is_blocked;
use super::error::StoreError;
use crate::authz::{Authorized, ReadOutbox, Sealed};
use crate::domain::{Email, Mail, MailEvent, MailId, MailLanguage, MailStatus, MailTemplate, ProjectSpaceId};
use chrono::{DateTime, Utc};
use entity::{email_address, mail, project_space};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, FromQueryResult};
use serde_json::Value as Json;
use uuid::Uuid;

#[derive(FromQueryResult)]
pub(super) struct MailRow {
    id: Uuid,
    project_space_id: Option<Uuid>,
    project_space_name: Option<String>,
    mail_language: Option<String>,
    recipient: String,
    recipient_is_blocked: bool,
    template: String,
    data: Json,
    message_id: String,
    status: String,
    attempts: i32,
    next_attempt_at: DateTime<Utc>,
    claimed_until: Option<DateTime<Utc>>,
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
}

impl MailRow {
    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn mail(self) -> Result<Mail, StoreError> {
        let own = self.data.get("language").and_then(Json::as_str).and_then(MailLanguage::of);
        let language = own.or(self.mail_language.as_deref().and_then(MailLanguage::of)).unwrap_or_default();
        Ok(Mail {
            id: MailId(self.id),
            project_space: self.project_space_id.map(ProjectSpaceId),
            project_space_name: self.project_space_name,
            recipient: Email::stored(self.recipient),
            recipient_is_blocked: self.recipient_is_blocked,
            template: MailTemplate::named(&self.template)
                .ok_or(StoreError::Inconsistent("template of a mail"))?,
            language,
            data: self.data,
            message_id: self.message_id,
            status: MailStatus::named(&self.status).ok_or(StoreError::Inconsistent("status of a mail"))?,
            attempts: u32::try_from(self.attempts)
                .map_err(|_| StoreError::Inconsistent("attempts of a mail"))?,
            next_attempt_at: self.next_attempt_at,
            claimed_until: self.claimed_until,
            last_error: self.last_error,
            created_at: self.created_at,
            sent_at: self.sent_at,
        })
    }
}

#[derive(FromQueryResult)]
struct DueRow {
    #[expect(dead_code, reason = "that there is a row says it all")]
    id: Uuid,
}

/// The condition for mails that are due and that no gateway is sending.
pub(super) fn is_due(now: DateTime<Utc>) -> SimpleExpr {
    let free = mail::Column::ClaimedUntil.is_null().or(mail::Column::ClaimedUntil.lte(now));
    mail::Column::Status.eq(MailStatus::Queued.name()).and(mail::Column::NextAttemptAt.lte(now)).and(free)
}

/// All mails, and whether their addresses are blocked at this time. The caller adds which.
pub(super) fn mails(now: DateTime<Utc>) -> SelectStatement {
    let column = |column| Expr::col((mail::Entity, column));
    Query::select()
        .expr_as(column(mail::Column::Id), "id")
        .expr_as(column(mail::Column::ProjectSpaceId), "project_space_id")
        .expr_as(Expr::col((project_space::Entity, project_space::Column::DisplayName)), "project_space_name")
        .expr_as(Expr::col((project_space::Entity, project_space::Column::MailLanguage)), "mail_language")
        .expr_as(column(mail::Column::Recipient), "recipient")
        .expr_as(is_blocked(now), "recipient_is_blocked")
        .expr_as(column(mail::Column::Template), "template")
        .expr_as(column(mail::Column::Data), "data")
        .expr_as(column(mail::Column::MessageId), "message_id")
        .expr_as(column(mail::Column::Status), "status")
        .expr_as(column(mail::Column::Attempts), "attempts")
        .expr_as(column(mail::Column::NextAttemptAt), "next_attempt_at")
        .expr_as(column(mail::Column::ClaimedUntil), "claimed_until")
        .expr_as(column(mail::Column::LastError), "last_error")
        .expr_as(column(mail::Column::CreatedAt), "created_at")
        .expr_as(column(mail::Column::SentAt), "sent_at")
        .from(mail::Entity)
        .left_join(
            project_space::Entity,
            Expr::col((project_space::Entity, project_space::Column::Id))
                .equals((mail::Entity, mail::Column::ProjectSpaceId)),
        )
        .left_join(
            email_address::Entity,
            Expr::col((email_address::Entity, email_address::Column::Address))
                .equals((mail::Entity, mail::Column::Recipient)),
        )
        .to_owned()
}

impl Store {
    /// A mail.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mail(&self, id: MailId) -> Result<Option<Sealed<Mail>>, StoreError> {
        let mut query = mails(self.now());
        query.and_where(mail::Column::Id.eq(id.0));
        self.one::<MailRow>(&query).await?.map(|row| Ok(Sealed::new(row.mail()?))).transpose()
    }

    /// The mail that a report is about. Where the report does not say which, it is the last that went to the address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reported_mail(&self, event: &MailEvent) -> Result<Option<Sealed<Mail>>, StoreError> {
        let mut query = mails(self.now());
        match (event.mail, &event.address) {
            (Some(id), _) => query.and_where(mail::Column::Id.eq(id.0)),
            (None, Some(address)) => query
                .and_where(mail::Column::Recipient.eq(address.as_str()))
                .and_where(mail::Column::Attempts.gt(0))
                .order_by((mail::Entity, mail::Column::Id), Order::Desc)
                .limit(1),
            (None, None) => return Ok(None),
        };
        self.one::<MailRow>(&query).await?.map(|row| Ok(Sealed::new(row.mail()?))).transpose()
    }

    /// Whether a mail is due that nobody has in hand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mail_is_due(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let query = Query::select()
            .column(mail::Column::Id)
            .from(mail::Entity)
            .and_where(is_due(now))
            .limit(1)
            .to_owned();
        let row: Option<DueRow> = self.one(&query).await?;
        Ok(row.is_some())
    }

    /// The newest mails, of one status or of any.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mails(
        &self,
        _: &Authorized<ReadOutbox>,
        status: Option<MailStatus>,
        limit: u64,
    ) -> Result<Vec<Mail>, StoreError> {
        let mut query = mails(self.now());
        if let Some(status) = status {
            query.and_where(mail::Column::Status.eq(status.name()));
        }
        query.order_by((mail::Entity, mail::Column::Id), Order::Desc).limit(limit);
        self.all::<MailRow>(&query).await?.into_iter().map(MailRow::mail).collect()
    }
}
