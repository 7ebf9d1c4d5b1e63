//! What came back from addresses, and which of them are blocked.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::transaction::Transaction;
use crate::authz::{Authorized, ClearEmailBlock, ReadOutbox, Sealed};
use crate::domain::email_address::TRANSIENT_COUNTS_FOR;
use crate::domain::{
    BlockReason, BounceCount, BounceId, BounceKind, Email, EmailAddress, Mail, ProjectSpaceId,
};
use chrono::{DateTime, Utc};
use entity::{bounce, email_address, mail, membership, web_user};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Func, OnConflict, Order, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Set};
use serde_json::json;

/// Something that came back from a mail's recipient.
pub(super) struct NewBounce<'a> {
    /// Names the event as its reporter does.
    pub key: String,
    /// Why.
    pub kind: BounceKind,
    /// The same for people.
    pub diagnostic: Option<&'a str>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of a note.
pub(super) enum Noted {
    /// This event stands here already.
    Known,
    /// It was new.
    New {
        /// Why the address is blocked because of it; nothing if it is not, or was before.
        blocked: Option<BlockReason>,
    },
}

/// Records what came back, once for each event, and blocks the address when it is too much. The gateway's own sender address
/// is never blocked.
pub(super) async fn note_bounce(
    tx: &Transaction,
    now: DateTime<Utc>,
    mail: &Mail,
    new: NewBounce<'_>,
    own_sender: Option<&Email>,
) -> Result<Noted, StoreError> {
    let address = mail.recipient.as_str();
    let state = lock(tx, address).await?;
    let row = bounce::ActiveModel {
        id: Set(BounceId::fresh(now).0),
        event_key: Set(new.key),
        address: Set(address.to_owned()),
        mail_id: Set(Some(mail.id.0)),
        kind: Set(new.kind.name().to_owned()),
        diagnostic: Set(new.diagnostic.map(ToOwned::to_owned)),
        at: Set(new.at),
        created_at: Set(now),
    };
    let once = OnConflict::column(bounce::Column::EventKey).do_nothing().to_owned();
    let written = bounce::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    if written == 0 {
        return Ok(Noted::Known);
    }
    if own_sender == Some(&mail.recipient) {
        return Ok(Noted::New { blocked: None });
    }
    let rows = tx.query_all(&counts(address, now)).await?;
    let rows = rows.iter().map(|row| Counted::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    let count = count(rows).count;
    let Some(reason) = count.blocks() else { return Ok(Noted::New { blocked: None }) };
    let until = match count.transient_that_block() {
        Some(number) => block_ends(tx, address, now, number).await?,
        None => None,
    };
    // A block that holds keeps its beginning; its reason and its end are those of all that came back.
    let before = block(&state, now)?.map(|(at, _)| at);
    email_address::Entity::update_many()
        .col_expr(email_address::Column::BlockedAt, Expr::val(before.unwrap_or(now)))
        .col_expr(email_address::Column::BlockedUntil, Expr::val(until))
        .col_expr(email_address::Column::BlockReason, Expr::val(reason.name()))
        .filter(email_address::Column::Address.eq(address))
        .exec(tx)
        .await?;
    Ok(Noted::New { blocked: before.is_none().then_some(reason) })
}

#[derive(FromQueryResult)]
struct BounceRow {
    at: DateTime<Utc>,
}

/// Returns when a block ends that rests on so many of the newest transient bounces: when the oldest of them stops counting.
async fn block_ends(
    tx: &Transaction,
    address: &str,
    now: DateTime<Utc>,
    number: u32,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at = || Expr::col((bounce::Entity, bounce::Column::At));
    let mut query = counted(address, now);
    query
        .expr_as(at(), "at")
        .and_where(bounce::Column::Kind.eq(BounceKind::Transient.name()))
        .order_by((bounce::Entity, bounce::Column::At), Order::Desc)
        .offset(u64::from(number.saturating_sub(1)))
        .limit(1);
    let row = tx.query_one(&query).await?;
    let row = row.map(|row| BounceRow::from_query_result(&row, "")).transpose()?;
    Ok(row.map(|row| row.at + TRANSIENT_COUNTS_FOR))
}

/// The condition under which an address is blocked at this time.
pub(super) fn is_blocked(now: DateTime<Utc>) -> SimpleExpr {
    let until = || Expr::col((email_address::Entity, email_address::Column::BlockedUntil));
    email_address::Column::BlockedAt.is_not_null().and(until().is_null().or(until().gt(now)))
}

/// The row of an address, made if it is not there, and ours until the transaction ends: of two bounces at the same
/// moment, the second counts the first.
async fn lock(tx: &Transaction, address: &str) -> Result<email_address::Model, StoreError> {
    let row = email_address::ActiveModel {
        address: Set(address.to_owned()),
        blocked_at: Set(None),
        blocked_until: Set(None),
        block_reason: Set(None),
        cleared_at: Set(None),
    };
    let locked = OnConflict::column(email_address::Column::Address)
        .update_column(email_address::Column::Address)
        .to_owned();
    Ok(email_address::Entity::insert(row).on_conflict(locked).exec_with_returning(tx).await?)
}

#[derive(FromQueryResult)]
struct Counted {
    kind: String,
    number: i64,
    last: DateTime<Utc>,
}

/// How much of each kind came back from an address since it was cleared, and still counts.
fn counts(address: &str, now: DateTime<Utc>) -> SelectStatement {
    let at = Expr::col((bounce::Entity, bounce::Column::At));
    counted(address, now)
        .column((bounce::Entity, bounce::Column::Kind))
        .expr_as(Func::count(Expr::val(1)), "number")
        .expr_as(Func::max(at), "last")
        .group_by_col((bounce::Entity, bounce::Column::Kind))
        .to_owned()
}

/// What came back from an address since it was cleared, and still counts.
fn counted(address: &str, now: DateTime<Utc>) -> SelectStatement {
    let at = || Expr::col((bounce::Entity, bounce::Column::At));
    let cleared = Expr::col((email_address::Entity, email_address::Column::ClearedAt));
    let lasting = bounce::Column::Kind.ne(BounceKind::Transient.name());
    Query::select()
        .from(bounce::Entity)
        .inner_join(
            email_address::Entity,
            Expr::col((email_address::Entity, email_address::Column::Address))
                .equals((bounce::Entity, bounce::Column::Address)),
        )
        .and_where(bounce::Column::Address.eq(address))
        .and_where(cleared.clone().is_null().or(at().gt(cleared)))
        .and_where(lasting.or(at().gt(now - TRANSIENT_COUNTS_FOR)))
        .to_owned()
}

struct Tally {
    count: BounceCount,
    last: Option<DateTime<Utc>>,
}

fn count(rows: Vec<Counted>) -> Tally {
    let mut tally = Tally { count: BounceCount::default(), last: None };
    for row in rows {
        let number = u32::try_from(row.number).unwrap_or(u32::MAX);
        match BounceKind::ALL.into_iter().find(|kind| kind.name() == row.kind) {
            Some(BounceKind::Permanent) => tally.count.permanent = number,
            Some(BounceKind::Transient) => tally.count.transient = number,
            Some(BounceKind::Complaint) => tally.count.complaints = number,
            Some(BounceKind::Suppressed) => tally.count.suppressed = number,
            None => {}
        }
        tally.last = std::cmp::max(tally.last, Some(row.last));
    }
    tally
}

impl Store {
    /// An address, for the gateway's operator. One that nothing ever came back from is like any other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn email_address(
        &self,
        address: &Email,
        now: DateTime<Utc>,
    ) -> Result<Sealed<EmailAddress>, StoreError> {
        self.email_address_through(None, address, now).await
    }

    /// An address, for the people of a project space that knows it: a member's, or one that it has sent mail to. Nothing
    /// for any other, so that nobody learns here whom another space writes to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn email_address_in(
        &self,
        space: ProjectSpaceId,
        address: &Email,
        now: DateTime<Utc>,
    ) -> Result<Option<Sealed<EmailAddress>>, StoreError> {
        let known: Option<Known> = self.one(&known_to(space, address.as_str())).await?;
        if known.is_some_and(|known| known.is_known) {
            Ok(Some(self.email_address_through(Some(space), address, now).await?))
        } else {
            Ok(None)
        }
    }

    async fn email_address_through(
        &self,
        project_space: Option<ProjectSpaceId>,
        address: &Email,
        now: DateTime<Utc>,
    ) -> Result<Sealed<EmailAddress>, StoreError> {
        let query = email_address::Entity::find()
            .filter(email_address::Column::Address.eq(address.as_str()))
            .into_query();
        let row = self.one::<email_address::Model>(&query).await?;
        let block = row.as_ref().map(|row| block(row, now)).transpose()?.flatten();
        let blocked_until = row.and_then(|row| row.blocked_until).filter(|_| block.is_some());
        let Tally { count, last } = count(self.all(&counts(address.as_str(), now)).await?);
        let address = address.clone();
        Ok(Sealed::new(EmailAddress {
            address,
            project_space,
            block,
            blocked_until,
            count,
            last_bounce_at: last,
        }))
    }

    /// The addresses that are blocked, the last blocked first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn blocked_addresses(
        &self,
        _: &Authorized<ReadOutbox>,
        now: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<(Email, DateTime<Utc>, BlockReason)>, StoreError> {
        let query = email_address::Entity::find()
            .filter(is_blocked(now))
            .into_query()
            .order_by(email_address::Column::BlockedAt, Order::Desc)
            .order_by(email_address::Column::Address, Order::Asc)
            .limit(limit)
            .to_owned();
        let rows: Vec<email_address::Model> = self.all(&query).await?;
        let rows = rows.into_iter().map(|row| {
            let (at, reason) = block(&row, now)?.ok_or(StoreError::Inconsistent("block of an address"))?;
            Ok((Email::stored(row.address), at, reason))
        });
        rows.collect()
    }
}

fn block(
    row: &email_address::Model,
    now: DateTime<Utc>,
) -> Result<Option<(DateTime<Utc>, BlockReason)>, StoreError> {
    if row.blocked_until.is_some_and(|until| until <= now) {
        return Ok(None);
    }
    let reason = row
        .block_reason
        .as_deref()
        .map(|name| BlockReason::named(name).ok_or(StoreError::Inconsistent("reason of a block")));
    Ok(row.blocked_at.zip(reason.transpose()?))
}

#[derive(FromQueryResult)]
struct Known {
    is_known: bool,
}

fn known_to(space: ProjectSpaceId, address: &str) -> SelectStatement {
    let mailed = Query::select()
        .expr(Expr::val(1))
        .from(mail::Entity)
        .and_where(mail::Column::Recipient.eq(address))
        .and_where(mail::Column::ProjectSpaceId.eq(space.0))
        .to_owned();
    let member = Query::select()
        .expr(Expr::val(1))
        .from(membership::Entity)
        .inner_join(
            web_user::Entity,
            Expr::col((web_user::Entity, web_user::Column::Id))
                .equals((membership::Entity, membership::Column::WebUserId)),
        )
        .and_where(membership::Column::ProjectSpaceId.eq(space.0))
        .and_where(web_user::Column::Email.eq(address))
        .to_owned();
    Query::select().expr_as(Expr::exists(mailed).or(Expr::exists(member)), Alias::new("is_known")).to_owned()
}

impl UnitOfWork<ClearEmailBlock> {
    /// Ends the block, and begins to count anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clear(&mut self) -> Result<EmailAddress, StoreError> {
        let before = self.proof.resource().clone();
        email_address::Entity::update_many()
            .col_expr(email_address::Column::BlockedAt, Expr::val(None::<DateTime<Utc>>))
            .col_expr(email_address::Column::BlockedUntil, Expr::val(None::<DateTime<Utc>>))
            .col_expr(email_address::Column::BlockReason, Expr::val(None::<String>))
            .col_expr(email_address::Column::ClearedAt, Expr::val(self.now))
            .filter(email_address::Column::Address.eq(before.address.as_str()))
            .exec(&self.tx)
            .await?;
        let reason = before.block.map(|(_, reason)| reason.name());
        self.changed("address_blocked", json!(reason), json!(null));
        let after = EmailAddress {
            block: None,
            blocked_until: None,
            count: BounceCount::default(),
            last_bounce_at: None,
            ..before
        };
        self.proof.refresh(after.clone())?;
        Ok(after)
    }
}
