//! Sending: a gateway claims mails for a while, so that no other gateway sends them at the same time, and records the result.
//! If the gateway stops in between, the claim ends and the mail is sent again under the same Message-ID.

use super::connection::UnitOfWork;
use super::email_address::{NewBounce, Noted, note_bounce};
use super::error::StoreError;
use super::mail_list::{MailRow, is_due, mails};
use super::mail_turn;
use crate::authz::{ClaimMail, ReportMail, RetryMail, Sealed, SendMail};
use crate::domain::{BounceKind, Email, Mail, MailEvent, MailOutcome, MailStatus};
use chrono::{DateTime, TimeDelta, Utc};
use entity::mail;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Order};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// What came of a try to send a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// A mail server took it.
    Sent,
    /// It failed; it is tried again at this time, or given up.
    Failed {
        /// Why.
        error: String,
        /// When it is tried again.
        next_attempt_at: Option<DateTime<Utc>>,
    },
    /// It will never be taken.
    Undeliverable {
        /// Why.
        error: String,
        /// Whether that is the address's fault, and counts against it.
        counts: bool,
    },
}

impl UnitOfWork<ClaimMail> {
    /// Claims up to `room` mails that are due, for so long, and returns them. A claim counts as a try, so that a mail that ends
    /// its sender is given up like any other. A mail that cannot be read is given up at once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(&mut self, room: usize, lease: TimeDelta) -> Result<Vec<Sealed<Mail>>, StoreError> {
        let chosen = mail_turn::choose(self, room).await?;
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        // Another gateway may have claimed some of them since they were chosen.
        let claimed = mail::Entity::update_many()
            .col_expr(mail::Column::ClaimedUntil, Expr::val(self.now + lease))
            .col_expr(mail::Column::Attempts, Expr::col(mail::Column::Attempts).add(1))
            .filter(mail::Column::Id.is_in(chosen))
            .filter(is_due(self.now))
            .exec_with_returning(&self.tx)
            .await?;
        let mut query = mails(self.now);
        query
            .and_where(mail::Column::Id.is_in(claimed.iter().map(|row| row.id)))
            .order_by((mail::Entity, mail::Column::NextAttemptAt), Order::Asc)
            .order_by((mail::Entity, mail::Column::Id), Order::Asc);
        let mut mails = Vec::new();
        for row in self.all::<MailRow>(&query).await? {
            let id = row.id();
            match row.mail() {
                Ok(mail) => mails.push(Sealed::new(mail)),
                Err(error) => self.give_up(id, &error).await?,
            }
        }
        Ok(mails)
    }

    async fn give_up(&mut self, id: Uuid, error: &StoreError) -> Result<(), StoreError> {
        tracing::error!(mail.id = %id, "gave up mail `{id}`: {error}");
        given(mail::Entity::update_many(), MailStatus::GivenUp)
            .col_expr(mail::Column::ClaimedUntil, Expr::val(None::<DateTime<Utc>>))
            .col_expr(mail::Column::LastError, Expr::val(error.to_string()))
            .filter(mail::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}

impl UnitOfWork<SendMail> {
    /// Notes what came of a try, if the mail is still in the hand that tried.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the claim ran out and another gateway has it, or had.
    pub async fn record(&mut self, attempt: Attempt, own_sender: Option<&Email>) -> Result<(), StoreError> {
        let mail = self.proof.resource().clone();
        let now = self.now;
        if let Attempt::Undeliverable { error, counts: true } = &attempt {
            // The address first, then the mail: whoever locks both does it in this order.
            let event = NewBounce {
                key: format!(
                    "smtp:{}:{}",
                    mail.id.hex(),
                    mail.claimed_until.unwrap_or(now).timestamp_micros()
                ),
                kind: BounceKind::Permanent,
                diagnostic: Some(error),
                at: now,
            };
            let noted = note_bounce(&self.tx, now, &mail, event, own_sender).await?;
            if let Noted::New { blocked: Some(reason) } = noted {
                self.changed("address_blocked", json!(null), json!(reason.name()));
            }
        }
        let queued = Expr::col(mail::Column::Status).eq(MailStatus::Queued.name());
        let update = mail::Entity::update_many()
            .col_expr(mail::Column::ClaimedUntil, Expr::val(None::<DateTime<Utc>>))
            .filter(mail::Column::Id.eq(mail.id.0))
            .filter(mail::Column::ClaimedUntil.eq(mail.claimed_until));
        let (update, status, error) = match attempt {
            Attempt::Sent => {
                // A provider may have reported before we wrote this down: what it said stands.
                let status = CaseStatement::new()
                    .case(queued, MailStatus::Sent.name())
                    .finally(Expr::col(mail::Column::Status));
                let update = update
                    .col_expr(mail::Column::Status, status.into())
                    .col_expr(mail::Column::SentAt, Expr::val(now))
                    .col_expr(mail::Column::Data, Expr::val(without_link(&mail.data)));
                (update, MailStatus::Sent, None)
            }
            Attempt::Failed { error, next_attempt_at: Some(at) } => {
                let update = update.col_expr(mail::Column::NextAttemptAt, Expr::val(at)).filter(queued);
                (update, MailStatus::Queued, Some(error))
            }
            Attempt::Failed { error, next_attempt_at: None } => {
                (given(update.filter(queued), MailStatus::GivenUp), MailStatus::GivenUp, Some(error))
            }
            Attempt::Undeliverable { error, .. } => (
                given(update.filter(queued), MailStatus::Undeliverable),
                MailStatus::Undeliverable,
                Some(error),
            ),
        };
        let update = update.col_expr(mail::Column::LastError, Expr::val(error));
        if update.exec(&self.tx).await?.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        // That a mail was sent is what everybody expects of it; that it was not, somebody will ask about.
        if matches!(status, MailStatus::GivenUp | MailStatus::Undeliverable) {
            self.changed("status", json!(mail.status.name()), json!(status.name()));
        }
        Ok(())
    }
}

impl UnitOfWork<ReportMail> {
    /// Notes what a provider reports. Whether it was news.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn report(&mut self, event: MailEvent, own_sender: Option<&Email>) -> Result<bool, StoreError> {
        let mail = self.proof.resource().clone();
        let now = self.now;
        let update = mail::Entity::update_many().filter(mail::Column::Id.eq(mail.id.0));
        let (kind, words) = match event.outcome {
            MailOutcome::Delivered => {
                // Also for one that is thought to wait: its sender died before it could write down that it was sent.
                let before =
                    [MailStatus::Queued, MailStatus::Sent, MailStatus::GivenUp].map(MailStatus::name);
                let update = given(update, MailStatus::Delivered)
                    .col_expr(mail::Column::SentAt, Expr::val(mail.sent_at.unwrap_or(now)))
                    .col_expr(mail::Column::Data, Expr::val(without_link(&mail.data)))
                    .filter(mail::Column::Status.is_in(before));
                return Ok(update.exec(&self.tx).await?.rows_affected == 1);
            }
            MailOutcome::Bounced { kind, diagnostic } => (kind, diagnostic),
        };
        let at = event.at.map_or(now, |at| std::cmp::min(at, now));
        let new = NewBounce { key: event.key, kind, diagnostic: words.as_deref(), at };
        let noted = note_bounce(&self.tx, now, &mail, new, own_sender).await?;
        let Noted::New { blocked } = noted else { return Ok(false) };
        self.changed("bounce", json!(null), json!(kind.name()));
        if let Some(reason) = blocked {
            self.changed("address_blocked", json!(null), json!(reason.name()));
        }
        // A mail that is complained of has arrived.
        if kind != BounceKind::Complaint {
            let update = given(update, MailStatus::Undeliverable)
                .col_expr(mail::Column::LastError, Expr::val(words))
                .filter(mail::Column::Status.ne(MailStatus::Undeliverable.name()));
            if update.exec(&self.tx).await?.rows_affected == 1 {
                let undeliverable = MailStatus::Undeliverable.name();
                self.changed("status", json!(mail.status.name()), json!(undeliverable));
            }
        }
        Ok(true)
    }
}

impl UnitOfWork<RetryMail> {
    /// Puts the mail back to be sent now, with all its tries before it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has been sent, or is being sent.
    pub async fn retry(&mut self) -> Result<(), StoreError> {
        let mail = self.proof.resource().clone();
        let free = mail::Column::ClaimedUntil.is_null().or(mail::Column::ClaimedUntil.lte(self.now));
        let update = given(mail::Entity::update_many(), MailStatus::Queued)
            .col_expr(mail::Column::Attempts, Expr::val(0))
            .col_expr(mail::Column::NextAttemptAt, Expr::val(self.now))
            .col_expr(mail::Column::ClaimedUntil, Expr::val(None::<DateTime<Utc>>))
            .filter(mail::Column::Id.eq(mail.id.0))
            .filter(mail::Column::Status.eq(mail.status.name()))
            .filter(free);
        if update.exec(&self.tx).await?.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.changed("status", json!(mail.status.name()), json!(MailStatus::Queued.name()));
        self.mail_queued = true;
        Ok(())
    }
}

fn given(update: UpdateMany<mail::Entity>, status: MailStatus) -> UpdateMany<mail::Entity> {
    update.col_expr(mail::Column::Status, Expr::val(status.name()))
}

/// What fills the template, without what its link is made of: once the mail is sent, nobody needs that again. A mail that
/// was never sent keeps it, so that an operator can have it tried anew; without the gateway's key it opens nothing.
fn without_link(data: &Json) -> Json {
    let mut data = data.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.remove("link");
    }
    data
}
