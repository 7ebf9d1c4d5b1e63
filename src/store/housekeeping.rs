//! What nobody needs any more, taken away a little at a time, so that no transaction is long.

use super::connection::UnitOfWork;
use super::error::StoreError;
use crate::authz::KeepHouse;
use crate::domain::MailStatus;
use crate::domain::account_link::RESET_PATIENCE;
use chrono::TimeDelta;
use entity::{account_link, bounce, invitation, mail, password_reset_request, personal_id_invite, session};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Most rows of a kind that one step takes away.
pub const STEP: u64 = 500;
/// How long a session's row is kept after its end: a token that comes back is known for one of ours so long.
const SESSIONS: TimeDelta = TimeDelta::days(7);
/// How long a mail that was sent is kept: reports of providers come within days, questions of people within weeks.
const MAILS: TimeDelta = TimeDelta::days(90);

impl UnitOfWork<KeepHouse> {
    /// Sessions that ended long ago, whether they were ended or ran out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_sessions(&mut self) -> Result<u64, StoreError> {
        let over = Query::select()
            .column(session::Column::Id)
            .from(session::Entity)
            .and_where(session::Column::ExpiresAt.lt(self.now - SESSIONS))
            .limit(STEP)
            .to_owned();
        let swept = session::Entity::delete_many()
            .filter(session::Column::Id.in_subquery(over))
            .exec(&self.tx)
            .await?;
        Ok(swept.rows_affected)
    }

    /// Links that are too old to work.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_links(&mut self) -> Result<u64, StoreError> {
        let over = Query::select()
            .column(account_link::Column::Id)
            .from(account_link::Entity)
            .and_where(account_link::Column::ExpiresAt.lte(self.now))
            .limit(STEP)
            .to_owned();
        let swept = account_link::Entity::delete_many()
            .filter(account_link::Column::Id.in_subquery(over))
            .exec(&self.tx)
            .await?;
        Ok(swept.rows_affected)
    }

    /// Requests for a new password that could not be answered: one that makes no sense must not hold up the others.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_requests(&mut self) -> Result<u64, StoreError> {
        let swept = password_reset_request::Entity::delete_many()
            .filter(password_reset_request::Column::RequestedAt.lt(self.now - RESET_PATIENCE))
            .exec(&self.tx)
            .await?;
        Ok(swept.rows_affected)
    }

    /// Mails that were sent long ago, but for those that an invitation or a bounce still speaks of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_mails(&mut self) -> Result<u64, StoreError> {
        let sent = [MailStatus::Sent, MailStatus::Delivered].map(MailStatus::name);
        let id = || Expr::col((mail::Entity, mail::Column::Id));
        let invites = Query::select()
            .expr(Expr::val(1))
            .from(invitation::Entity)
            .and_where(Expr::col((invitation::Entity, invitation::Column::MailId)).eq(id()))
            .to_owned();
        let bounced = Query::select()
            .expr(Expr::val(1))
            .from(bounce::Entity)
            .and_where(Expr::col((bounce::Entity, bounce::Column::MailId)).eq(id()))
            .to_owned();
        let invites_to_link = Query::select()
            .expr(Expr::val(1))
            .from(personal_id_invite::Entity)
            .and_where(Expr::col((personal_id_invite::Entity, personal_id_invite::Column::MailId)).eq(id()))
            .to_owned();
        let over = Query::select()
            .column(mail::Column::Id)
            .from(mail::Entity)
            .and_where(mail::Column::Status.is_in(sent))
            .and_where(mail::Column::CreatedAt.lt(self.now - MAILS))
            .and_where(Expr::exists(invites).not())
            .and_where(Expr::exists(invites_to_link).not())
            .and_where(Expr::exists(bounced).not())
            .limit(STEP)
            .to_owned();
        let swept =
            mail::Entity::delete_many().filter(mail::Column::Id.in_subquery(over)).exec(&self.tx).await?;
        Ok(swept.rows_affected)
    }
}
