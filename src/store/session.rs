//! Sessions: opened, refreshed, ended, each by its owner.

use super::audit::{sign_in_name, sign_in_named};
use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use crate::authz::{CreateSession, EndSession, RefreshSession, Sealed};
use crate::domain::{
    Identity, LinkStatus, MobileWorkerId, MobileWorkerStatus, Session, SessionId, SignIn, WebUserId,
};
use chrono::{DateTime, Utc};
use entity::{mobile_worker, session, web_user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};

/// A session to be opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// How its owner signed in.
    pub signed_in_by: SignIn,
    /// SHA-256 of the refresh token.
    pub refresh_hash: Vec<u8>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

pub(super) fn session(row: &session::Model) -> Result<Session, StoreError> {
    let owner = match (row.web_user_id, row.mobile_worker_id) {
        (Some(id), None) => Identity::WebUser(WebUserId(id)),
        (None, Some(id)) => Identity::MobileWorker(MobileWorkerId(id)),
        _ => return Err(StoreError::Inconsistent("owner of a session")),
    };
    Ok(Session {
        id: SessionId(row.id),
        owner,
        signed_in_by: sign_in_named(&row.signed_in_by)?,
        expires_at: row.expires_at,
    })
}

impl Store {
    /// A session, ended or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, id: SessionId) -> Result<Option<Sealed<Session>>, StoreError> {
        let query = session::Entity::find().filter(session::Column::Id.eq(id.0)).into_query();
        self.one::<session::Model>(&query).await?.map(|row| Ok(Sealed::new(session(&row)?))).transpose()
    }
}

impl UnitOfWork<CreateSession> {
    /// Opens the session and notes the sign-in.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker may no longer sign in, or no longer in this way.
    pub async fn create(&mut self, new: NewSession) -> Result<Session, StoreError> {
        let owner = self.proof.resource().0;
        let (web_user_id, mobile_worker_id) = match owner {
            Identity::WebUser(id) => (Some(id.0), None),
            Identity::MobileWorker(id) => (None, Some(id.0)),
            Identity::Anonymous | Identity::System => {
                return Err(StoreError::Inconsistent("owner of a session"));
            }
        };
        let made = Session {
            id: SessionId::fresh(self.now),
            owner,
            signed_in_by: new.signed_in_by,
            expires_at: new.expires_at,
        };
        let row = session::ActiveModel {
            id: Set(made.id.0),
            web_user_id: Set(web_user_id),
            mobile_worker_id: Set(mobile_worker_id),
            signed_in_by: Set(sign_in_name(new.signed_in_by).to_owned()),
            refresh_hash: Set(new.refresh_hash),
            previous_hash: Set(None),
            refreshed_at: Set(self.now),
            created_at: Set(self.now),
            expires_at: Set(new.expires_at),
            ended_at: Set(None),
        };
        // The last sign-in is a fact about the account, not a change of it: the version stays. It is written before the
        // session: who takes the worker's right to sign in away at this moment either finds the session to end, or is found
        // to have been faster.
        if let Some(id) = web_user_id {
            web_user::Entity::update_many()
                .col_expr(web_user::Column::LastLoginAt, Expr::val(self.now))
                .filter(web_user::Column::Id.eq(id))
                .exec(&self.tx)
                .await?;
        }
        if let Some(id) = mobile_worker_id {
            let mut worker = mobile_worker::Entity::update_many()
                .col_expr(mobile_worker::Column::LastLoginAt, Expr::val(self.now))
                .filter(mobile_worker::Column::Id.eq(id))
                .filter(mobile_worker::Column::Status.eq(MobileWorkerStatus::Active.name()));
            if new.signed_in_by == SignIn::PersonalId {
                let active = LinkStatus::Active.name();
                worker = worker.filter(mobile_worker::Column::PersonalIdStatus.eq(active));
            }
            if worker.exec(&self.tx).await?.rows_affected != 1 {
                return Err(StoreError::Stale);
            }
        }
        session::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.made(&made);
        Ok(made)
    }
}

impl UnitOfWork<RefreshSession> {
    /// Puts the next refresh token in the place of the current one, which is remembered: a repetition is known by it.
    /// Once: of two who try at the same moment, one gets `Stale`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the token is no longer the current one.
    pub async fn refresh_token(&mut self, current: &[u8], next: Vec<u8>) -> Result<(), StoreError> {
        let written = session::Entity::update_many()
            .col_expr(session::Column::RefreshHash, Expr::val(next))
            .col_expr(session::Column::PreviousHash, Expr::val(current.to_vec()))
            .col_expr(session::Column::RefreshedAt, Expr::val(self.now))
            .filter(session::Column::Id.eq(self.proof.resource().id.0))
            .filter(session::Column::RefreshHash.eq(current.to_vec()))
            .filter(session::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        if written.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}

impl UnitOfWork<EndSession> {
    /// Ends the session. Ending it twice is harmless.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end(&mut self) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::val(self.now))
            .filter(session::Column::Id.eq(self.proof.resource().id.0))
            .filter(session::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}
