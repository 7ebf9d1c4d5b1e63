//! New passwords by mail: who asks, whom that is, the link as its holder finds it, and its use.

use super::account_link::LinkTo;
use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::invitation::NewLink;
use super::row_filter::is_storable;
use crate::authz::{AnswerPasswordReset, ResetPassword, Sealed, SendMobileWorkerPasswordReset};
use crate::domain::account_link::RESETS_WAITING_MAX;
use crate::domain::{
    Account, Email, Identity, LinkPurpose, MailLanguage, MobileWorkerId, MobileWorkerStatus,
    PasswordResetLink, PasswordResetRequest, PasswordRule, ResetAccount, SignInName, WebUserId, WebUserWords,
};
use chrono::{DateTime, Utc};
use entity::{account_link, mobile_worker, password_reset_request, project_space, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait};
use serde_json::json;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct WorkerId {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct Waiting {
    number: i64,
}

/// What a web user's name is kept as: they belong to no project space.
const NO_SPACE: &str = "";

impl Store {
    /// Records that a new password was requested for this name. Whether there is such an account is not looked at: the work is
    /// the same for every name. A second request before the job has answered changes nothing. When many names wait, those
    /// without an account are deleted, so that a flood of invented names takes no room from real requests.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_password_reset(&self, name: &SignInName, now: DateTime<Utc>) -> Result<(), StoreError> {
        use password_reset_request::Column;
        let (space, username) = parts(name);
        if !is_storable(space) || !is_storable(username) {
            return Ok(());
        }
        let waiting = Query::select()
            .expr_as(Expr::col(Column::Username).count(), "number")
            .from(password_reset_request::Entity)
            .to_owned();
        let waiting: Option<Waiting> = self.one(&waiting).await?;
        if waiting.is_some_and(|row| row.number.unsigned_abs() >= RESETS_WAITING_MAX) {
            self.forget_unknown_resets().await?;
        }
        let insert = Query::insert()
            .into_table(password_reset_request::Entity)
            .columns([Column::ProjectSpace, Column::Username, Column::RequestedAt])
            .values_panic([space.into(), username.into(), now.into()])
            .on_conflict(
                OnConflict::columns([Column::ProjectSpace, Column::Username]).do_nothing().to_owned(),
            )
            .to_owned();
        self.note_new(&insert).await
    }

    /// Deletes the requests for names without an account, and returns how many there were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_unknown_resets(&self) -> Result<u64, StoreError> {
        let delete = Query::delete()
            .from_table(password_reset_request::Entity)
            .and_where(has_account().not())
            .to_owned();
        self.note_gone(&delete).await
    }

    /// Returns the oldest requests for names with an account, at most so many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_password_resets(
        &self,
        limit: u64,
    ) -> Result<Vec<Sealed<PasswordResetRequest>>, StoreError> {
        use password_reset_request::Column;
        let query = Query::select()
            .columns([Column::ProjectSpace, Column::Username, Column::RequestedAt])
            .from(password_reset_request::Entity)
            .and_where(has_account())
            .order_by(Column::RequestedAt, Order::Asc)
            .limit(limit)
            .to_owned();
        let mut requests = Vec::new();
        for row in self.all::<password_reset_request::Model>(&query).await? {
            let (name, account) = if row.project_space == NO_SPACE {
                let email = Email::stored(row.username);
                let account = self.web_user_to_mail(&email).await?;
                (SignInName::WebUser(email), account)
            } else {
                let account = self.worker_to_mail(&row.project_space, &row.username).await?;
                (SignInName::Worker { project_space: row.project_space, username: row.username }, account)
            };
            requests.push(Sealed::new(PasswordResetRequest { name, account }));
        }
        Ok(requests)
    }

    async fn web_user_to_mail(&self, email: &Email) -> Result<Option<ResetAccount>, StoreError> {
        let query = web_user::Entity::find()
            .filter(web_user::Column::Email.eq(email.as_str()))
            .filter(web_user::Column::IsActive.eq(true))
            .into_query();
        Ok(self.one::<web_user::Model>(&query).await?.map(|row| ResetAccount {
            owner: Identity::WebUser(WebUserId(row.id)),
            email: Email::stored(row.email),
            language: None,
            project_space: None,
        }))
    }

    /// A worker who may sign in by password, and has an address.
    async fn worker_to_mail(&self, space: &str, username: &str) -> Result<Option<ResetAccount>, StoreError> {
        let query = Query::select()
            .column((mobile_worker::Entity, mobile_worker::Column::Id))
            .from(mobile_worker::Entity)
            .inner_join(
                project_space::Entity,
                Expr::col((project_space::Entity, project_space::Column::Id))
                    .equals((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId)),
            )
            .and_where(project_space::Column::Name.eq(space))
            .and_where(mobile_worker::Column::Username.eq(username))
            .to_owned();
        let Some(WorkerId { id }) = self.one(&query).await? else { return Ok(None) };
        let worker = self.own_worker(MobileWorkerId(id)).await?;
        let worker = worker
            .filter(|worker| worker.status == MobileWorkerStatus::Active && worker.password_is_editable());
        Ok(worker.and_then(|worker| {
            Some(ResetAccount {
                owner: Identity::MobileWorker(worker.id),
                email: worker.profile.email?,
                language: worker.profile.language.and_then(|language| MailLanguage::of(language.as_str())),
                project_space: Some(worker.project_space),
            })
        }))
    }

    /// The account whose link ends with the token of this hash, if the link works: it was not used, no newer one was sent, it
    /// is not too old, and the account may sign in and has the address that it was sent to. Which of these it is not is
    /// nobody's business (security L6).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn password_reset_link(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<Sealed<PasswordResetLink>>, StoreError> {
        let query = account_link::Entity::find()
            .filter(account_link::Column::TokenHash.eq(token_hash.to_vec()))
            .filter(account_link::Column::Purpose.eq(LinkPurpose::PasswordReset.name()))
            .filter(account_link::Column::ExpiresAt.gt(now))
            .into_query();
        let Some(row) = self.one::<account_link::Model>(&query).await? else { return Ok(None) };
        let link = match (row.web_user_id, row.mobile_worker_id) {
            (Some(id), None) => self.web_users_link(WebUserId(id), row).await?,
            (None, Some(id)) => self.workers_link(MobileWorkerId(id), row).await?,
            _ => return Err(StoreError::Inconsistent("owner of a link")),
        };
        Ok(link.map(Sealed::new))
    }

    async fn web_users_link(
        &self,
        id: WebUserId,
        link: account_link::Model,
    ) -> Result<Option<PasswordResetLink>, StoreError> {
        let query = web_user::Entity::find()
            .filter(web_user::Column::Id.eq(id.0))
            .filter(web_user::Column::Email.eq(link.email.as_str()))
            .filter(web_user::Column::IsActive.eq(true))
            .into_query();
        let Some(row) = self.one::<web_user::Model>(&query).await? else { return Ok(None) };
        let rule = PasswordRule::of_web_user(WebUserWords {
            email: &row.email,
            first_name: &row.first_name,
            last_name: &row.last_name,
            project_spaces: self.space_names_of(id).await?,
        });
        Ok(Some(PasswordResetLink {
            id: link.id,
            owner: Identity::WebUser(id),
            account: row.email,
            project_space: None,
            email: Email::stored(link.email),
            expires_at: link.expires_at,
            rule,
        }))
    }

    async fn workers_link(
        &self,
        id: MobileWorkerId,
        link: account_link::Model,
    ) -> Result<Option<PasswordResetLink>, StoreError> {
        let worker = self.own_worker(id).await?.filter(|worker| {
            worker.status == MobileWorkerStatus::Active
                && worker.profile.email.as_ref().is_some_and(|email| email.as_str() == link.email)
        });
        let Some(worker) = worker else { return Ok(None) };
        let query = project_space::Entity::find()
            .filter(project_space::Column::Id.eq(worker.project_space.0))
            .into_query();
        let space: project_space::Model =
            self.one(&query).await?.ok_or(StoreError::Inconsistent("project space of a mobile worker"))?;
        let words = vec![space.name, space.display_name.clone()];
        let rule = PasswordRule::of_worker(space.strong_mobile_passwords.into(), words);
        Ok(Some(PasswordResetLink {
            id: link.id,
            owner: Identity::MobileWorker(id),
            account: worker.username.to_string(),
            project_space: Some((worker.project_space, space.display_name)),
            email: Email::stored(link.email),
            expires_at: link.expires_at,
            rule: rule.and_known(worker.known_words()),
        }))
    }
}

impl UnitOfWork<SendMobileWorkerPasswordReset> {
    /// Sends the worker a link to a new password; one that was sent before no longer works.
    ///
    /// # Errors
    /// [`StoreError::TooOften`].
    pub async fn send_password_reset(
        &mut self,
        link: &NewLink,
        worker_suffix: &str,
    ) -> Result<(), StoreError> {
        let worker = self.proof.resource().clone();
        self.send_link_to_worker(LinkPurpose::PasswordReset, &worker, link, worker_suffix).await
    }
}

impl UnitOfWork<AnswerPasswordReset> {
    /// Takes the request in hand, and sends a link to whom it belongs to, unless they were sent enough of them of late. Who
    /// asks hears nothing of either.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when another gateway was faster.
    pub async fn answer(&mut self, link: &NewLink, worker_suffix: &str) -> Result<(), StoreError> {
        use password_reset_request::Column;
        let request = self.proof.resource().clone();
        let (space, username) = parts(&request.name);
        let taken = password_reset_request::Entity::delete_many()
            .filter(Column::ProjectSpace.eq(space))
            .filter(Column::Username.eq(username))
            .exec(&self.tx)
            .await?;
        if taken.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        let Some(account) = request.account else { return Ok(()) };
        let to = LinkTo {
            owner: account.owner,
            email: &account.email,
            account: request.name.login_name(worker_suffix),
            project_space: account.project_space,
            language: account.language.map(MailLanguage::code),
        };
        match self.send_link(LinkPurpose::PasswordReset, to, link).await {
            Ok(()) => {
                self.made(&Account(account.owner));
                Ok(())
            }
            Err(StoreError::TooOften(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl UnitOfWork<ResetPassword> {
    /// Writes the password, ends every session of the account, and tells the owner. Once: the link is gone.
    ///
    /// # Errors
    /// [`StoreError::PasswordLocked`]; [`StoreError::Stale`] when the link was used since it was judged.
    pub async fn reset_password(&mut self, hash: String) -> Result<(), StoreError> {
        let link = self.proof.resource().clone();
        self.use_link(link.id).await?;
        let written = match link.owner {
            Identity::WebUser(id) => {
                web_user::Entity::update_many()
                    .col_expr(web_user::Column::PasswordHash, Expr::val(hash))
                    .col_expr(web_user::Column::UpdatedAt, Expr::val(self.now))
                    .col_expr(web_user::Column::Version, Expr::col(web_user::Column::Version).add(1))
                    .filter(web_user::Column::Id.eq(id.0))
                    .filter(web_user::Column::IsActive.eq(true))
                    .exec(&self.tx)
                    .await?
            }
            Identity::MobileWorker(id) => {
                let written = mobile_worker::Entity::update_many()
                    .col_expr(mobile_worker::Column::PasswordHash, Expr::val(hash))
                    .col_expr(mobile_worker::Column::UpdatedAt, Expr::val(self.now))
                    .col_expr(
                        mobile_worker::Column::Version,
                        Expr::col(mobile_worker::Column::Version).add(1),
                    )
                    .filter(mobile_worker::Column::Id.eq(id.0))
                    .filter(mobile_worker::Column::Status.eq(MobileWorkerStatus::Active.name()))
                    .exec(&self.tx)
                    .await?;
                // Asked with the row in hand: a PersonalID link made at this moment is seen here, or waits for us.
                self.check_unlocked(id).await?;
                written
            }
            Identity::Anonymous | Identity::System => {
                return Err(StoreError::Inconsistent("owner of a link"));
            }
        };
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.made(&Account(link.owner));
        self.changed("password", json!("***"), json!("*** (new)"));
        self.end_sessions_of(link.owner, None).await?;
        self.tell_of_new_password(link.owner).await
    }
}

/// The condition for requests whose name belongs to an account, whether or not it can be sent a link.
fn has_account() -> SimpleExpr {
    let asked = |column| Expr::col((password_reset_request::Entity, column));
    let space = || asked(password_reset_request::Column::ProjectSpace);
    let username = || asked(password_reset_request::Column::Username);
    let web_users = Query::select()
        .expr(Expr::val(1))
        .from(web_user::Entity)
        .and_where(Expr::col((web_user::Entity, web_user::Column::Email)).eq(username()))
        .and_where(space().eq(NO_SPACE))
        .to_owned();
    let workers = Query::select()
        .expr(Expr::val(1))
        .from(mobile_worker::Entity)
        .inner_join(
            project_space::Entity,
            Expr::col((project_space::Entity, project_space::Column::Id))
                .equals((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId)),
        )
        .and_where(Expr::col((project_space::Entity, project_space::Column::Name)).eq(space()))
        .and_where(Expr::col((mobile_worker::Entity, mobile_worker::Column::Username)).eq(username()))
        .to_owned();
    Expr::exists(web_users).or(Expr::exists(workers))
}

/// The name's parts as they are kept.
fn parts(name: &SignInName) -> (&str, &str) {
    match name {
        SignInName::WebUser(email) => (NO_SPACE, email.as_str()),
        SignInName::Worker { project_space, username } => (project_space, username),
    }
}
