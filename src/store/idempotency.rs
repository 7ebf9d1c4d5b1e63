//! What is made once, however often it is asked for: the key is kept in the transaction of what was made under it.

use super::connection::Store;
use super::error::StoreError;
use super::transaction::Transaction;
use crate::domain::{ANSWER_LIFETIME, Earlier, Idempotency, KeptAnswer, Principal};
use chrono::{DateTime, Utc};
use entity::idempotency_key::{Column, Entity, Model};
use sea_orm::sea_query::{OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Set};

/// Their answers hold a secret that is shown once, and is never at rest: these are not given again.
const SHOWN_ONCE: &[&str] = &["api_key", "session"];

/// Keeps the key of the request that made something of this kind.
///
/// # Errors
/// [`StoreError::Stale`] when the same request, sent twice at once, was carried out by the other one.
pub(super) async fn claim(
    tx: &Transaction,
    now: DateTime<Utc>,
    principal: &Principal,
    kind: &str,
) -> Result<(), StoreError> {
    let (Some(owner), Some(once)) = (principal.identity.id(), &principal.origin.idempotency) else {
        return Ok(());
    };
    if SHOWN_ONCE.contains(&kind) {
        return Ok(());
    }
    // Old answers go here, a few with each new one, and this key's with them.
    Entity::delete_many().filter(Column::CreatedAt.lte(now - ANSWER_LIFETIME)).exec(tx).await?;
    let row = entity::idempotency_key::ActiveModel {
        owner: Set(owner.clone()),
        key_hash: Set(once.key.clone()),
        fingerprint: Set(once.fingerprint.clone()),
        attempt: Set(once.attempt),
        status: Set(None),
        content_type: Set(None),
        location: Set(None),
        body: Set(None),
        created_at: Set(now),
    };
    let first = OnConflict::columns([Column::Owner, Column::KeyHash]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(first).exec_without_returning(tx).await?;
    // A use case of several transactions keeps its key with the first.
    let row = tx.query_one(&of_key(&owner, &once.key)).await?;
    let row = row.map(|row| Model::from_query_result(&row, "")).transpose()?;
    if row.is_some_and(|row| row.attempt == once.attempt) { Ok(()) } else { Err(StoreError::Stale) }
}

impl Store {
    /// What is known of a principal's key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn earlier(
        &self,
        owner: &str,
        once: &Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Earlier>, StoreError> {
        let mut query = of_key(owner, &once.key);
        query.and_where(Column::CreatedAt.gt(now - ANSWER_LIFETIME));
        let row: Option<Model> = self.one(&query).await?;
        Ok(row.map(|row| Earlier { answer: answer(&row), fingerprint: row.fingerprint }))
    }

    /// Keeps the answer of what was made under a key; says whether this very request had made it. No policy is asked: it is
    /// the answer to something that was permitted, and its owner alone gets it again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_answer(
        &self,
        owner: &str,
        once: &Idempotency,
        answer: KeptAnswer,
    ) -> Result<bool, StoreError> {
        let update = Query::update()
            .table(Entity)
            .value(Column::Status, i32::from(answer.status))
            .value(Column::ContentType, answer.content_type)
            .value(Column::Location, answer.location)
            .value(Column::Body, answer.body)
            .and_where(Column::Owner.eq(owner))
            .and_where(Column::KeyHash.eq(once.key.clone()))
            .and_where(Column::Attempt.eq(once.attempt))
            .to_owned();
        Ok(self.note(&update).await? == 1)
    }
}

fn of_key(owner: &str, key: &[u8]) -> SelectStatement {
    Entity::find().filter(Column::Owner.eq(owner)).filter(Column::KeyHash.eq(key.to_vec())).into_query()
}

fn answer(row: &Model) -> Option<KeptAnswer> {
    Some(KeptAnswer {
        status: u16::try_from(row.status?).ok()?,
        content_type: row.content_type.clone()?,
        location: row.location.clone(),
        body: row.body.clone()?,
    })
}
