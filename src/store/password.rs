//! Passwords: what a new one is measured by, and how it is written. Whoever writes one asks [`UnitOfWork::new_password`]
//! in its transaction, so a password that is locked is written through no door.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::mail::NewMail;
use crate::authz::{Action, Authorized, ChangePassword, SetMobileWorkerPassword};
use crate::domain::{
    Identity, LinkPurpose, MailTemplate, MobileWorker, MobileWorkerId, PasswordRule, ProjectSpaceId,
    SessionId, WebUserId, WebUserWords,
};
use entity::{membership, mobile_worker, project_space, session, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use serde_json::json;
use uuid::Uuid;

/// The password of one's own account, and what a new one must be.
#[derive(Debug)]
pub struct OwnPassword {
    /// The PHC string; none when no password was ever set.
    pub hash: Option<String>,
    /// What a new one must be.
    pub rule: PasswordRule,
    /// Whether it may be changed.
    pub editable: bool,
}

#[derive(FromQueryResult)]
struct Terms {
    name: String,
    display_name: String,
    strong_mobile_passwords: bool,
}

#[derive(FromQueryResult)]
struct SpaceNames {
    name: String,
    display_name: String,
}

/// Most project spaces whose names a web user's password is compared with: those joined last.
const SPACES_MAX: u64 = 20;

#[derive(FromQueryResult)]
struct WebUserPassword {
    email: String,
    first_name: String,
    last_name: String,
    password_hash: Option<String>,
}

#[derive(FromQueryResult)]
struct Hash {
    password_hash: Option<String>,
}

/// Whom a notice of a new password goes to, and in which language.
#[derive(FromQueryResult)]
struct Address {
    email: Option<String>,
    account: String,
    language: Option<String>,
    project_space_id: Option<Uuid>,
}

impl Store {
    /// What a new password of this worker must be, by the settings of their project space.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn password_rule<A: Action<Resource = MobileWorker>>(
        &self,
        proof: &Authorized<A>,
    ) -> Result<PasswordRule, StoreError> {
        let worker = proof.resource();
        Ok(self.rule_in(worker.project_space).await?.and_known(worker.known_words()))
    }

    async fn rule_in(&self, space: ProjectSpaceId) -> Result<PasswordRule, StoreError> {
        let query = Query::select()
            .column(project_space::Column::Name)
            .column(project_space::Column::DisplayName)
            .column(project_space::Column::StrongMobilePasswords)
            .from(project_space::Entity)
            .and_where(project_space::Column::Id.eq(space.0))
            .to_owned();
        let terms: Terms = self.one(&query).await?.ok_or(StoreError::Inconsistent("project space"))?;
        let words = vec![terms.name, terms.display_name];
        Ok(PasswordRule::of_worker(terms.strong_mobile_passwords.into(), words))
    }

    /// The password of the principal's own account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn own_password(
        &self,
        proof: &Authorized<ChangePassword>,
    ) -> Result<Option<OwnPassword>, StoreError> {
        match proof.resource().0 {
            Identity::WebUser(id) => self.web_users_password(id).await,
            Identity::MobileWorker(id) => self.workers_password(id).await,
            Identity::Anonymous | Identity::System => Ok(None),
        }
    }

    async fn web_users_password(&self, id: WebUserId) -> Result<Option<OwnPassword>, StoreError> {
        let query = Query::select()
            .columns([
                web_user::Column::Email,
                web_user::Column::FirstName,
                web_user::Column::LastName,
                web_user::Column::PasswordHash,
            ])
            .from(web_user::Entity)
            .and_where(web_user::Column::Id.eq(id.0))
            .to_owned();
        let Some(row) = self.one::<WebUserPassword>(&query).await? else { return Ok(None) };
        let rule = PasswordRule::of_web_user(WebUserWords {
            email: &row.email,
            first_name: &row.first_name,
            last_name: &row.last_name,
            project_spaces: self.space_names_of(id).await?,
        });
        Ok(Some(OwnPassword { rule, hash: row.password_hash, editable: true }))
    }

    /// The names of a web user's project spaces, as in URLs and for people: words that others know of them.
    pub(super) async fn space_names_of(&self, id: WebUserId) -> Result<Vec<String>, StoreError> {
        let query = Query::select()
            .column((project_space::Entity, project_space::Column::Name))
            .column((project_space::Entity, project_space::Column::DisplayName))
            .from(project_space::Entity)
            .inner_join(
                membership::Entity,
                Expr::col((membership::Entity, membership::Column::ProjectSpaceId))
                    .equals((project_space::Entity, project_space::Column::Id)),
            )
            .and_where(membership::Column::WebUserId.eq(id.0))
            .order_by((membership::Entity, membership::Column::JoinedAt), Order::Desc)
            .limit(SPACES_MAX)
            .to_owned();
        let names = self.all::<SpaceNames>(&query).await?;
        Ok(names.into_iter().flat_map(|row| [row.name, row.display_name]).collect())
    }

    async fn workers_password(&self, id: MobileWorkerId) -> Result<Option<OwnPassword>, StoreError> {
        let Some(worker) = self.own_worker(id).await? else { return Ok(None) };
        let query = Query::select()
            .column(mobile_worker::Column::PasswordHash)
            .from(mobile_worker::Entity)
            .and_where(mobile_worker::Column::Id.eq(id.0))
            .to_owned();
        let hash = self.one::<Hash>(&query).await?.and_then(|row| row.password_hash);
        let rule = self.rule_in(worker.project_space).await?.and_known(worker.known_words());
        Ok(Some(OwnPassword { hash, rule, editable: worker.password_is_editable() }))
    }
}

impl UnitOfWork<SetMobileWorkerPassword> {
    /// Writes the password, and ends the worker's sessions.
    ///
    /// # Errors
    /// [`StoreError::PasswordLocked`]; [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn set_password(&mut self, hash: String) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        self.new_password(&before).await?;
        self.write(&before, vec![(mobile_worker::Column::PasswordHash, Expr::val(hash))]).await?;
        self.refresh(before.id).await
    }
}

impl UnitOfWork<ChangePassword> {
    /// Puts the new password in the place of the one that was checked, ends the other sessions, and tells the owner if
    /// they have an address.
    ///
    /// # Errors
    /// [`StoreError::PasswordLocked`]; [`StoreError::Stale`] when the password is no longer the one that was checked.
    pub async fn change_password(&mut self, before: &str, after: String) -> Result<(), StoreError> {
        let owner = self.proof.resource().0;
        let written = match owner {
            Identity::WebUser(id) => {
                web_user::Entity::update_many()
                    .col_expr(web_user::Column::PasswordHash, Expr::val(after))
                    .col_expr(web_user::Column::UpdatedAt, Expr::val(self.now))
                    .col_expr(web_user::Column::Version, Expr::col(web_user::Column::Version).add(1))
                    .filter(web_user::Column::Id.eq(id.0))
                    .filter(web_user::Column::PasswordHash.eq(before))
                    .exec(&self.tx)
                    .await?
            }
            Identity::MobileWorker(id) => {
                let worker = self.check_unlocked(id).await?;
                // The account is the worker's own; the worker is the project space's, whose auditors ask who did this.
                self.tells_of(&worker);
                mobile_worker::Entity::update_many()
                    .col_expr(mobile_worker::Column::PasswordHash, Expr::val(after))
                    .col_expr(mobile_worker::Column::UpdatedAt, Expr::val(self.now))
                    .col_expr(
                        mobile_worker::Column::Version,
                        Expr::col(mobile_worker::Column::Version).add(1),
                    )
                    .filter(mobile_worker::Column::Id.eq(id.0))
                    .filter(mobile_worker::Column::PasswordHash.eq(before))
                    // A PersonalID link that is made at this moment locks the password: it is another version.
                    .filter(mobile_worker::Column::Version.eq(worker.version))
                    .exec(&self.tx)
                    .await?
            }
            Identity::Anonymous | Identity::System => {
                return Err(StoreError::Inconsistent("owner of a password"));
            }
        };
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.changed("password", json!("***"), json!("*** (new)"));
        self.drop_links(owner, LinkPurpose::PasswordReset).await?;
        let here = self.proof.principal().session;
        self.end_sessions_of(owner, here).await?;
        self.tell_of_new_password(owner).await
    }
}

/// What whoever writes a password shares.
impl<A: Action<Resource = MobileWorker>> UnitOfWork<A> {
    /// A worker is about to get a new password: notes that, and ends the sessions there are.
    pub(super) async fn new_password(&mut self, worker: &MobileWorker) -> Result<(), StoreError> {
        self.check_unlocked(worker.id).await?;
        self.changed("password", json!("***"), json!("*** (new)"));
        // A link that was sent before must not undo this (security L4).
        self.drop_links(Identity::MobileWorker(worker.id), LinkPurpose::PasswordReset).await?;
        self.end_sessions(worker.id).await
    }
}

impl<A: Action> UnitOfWork<A> {
    /// The worker, if their password may be set at this moment, in this transaction (DESIGN §1).
    pub(super) async fn check_unlocked(&self, id: MobileWorkerId) -> Result<MobileWorker, StoreError> {
        let worker = self.read_back(id).await?;
        if worker.password_is_editable() { Ok(worker) } else { Err(StoreError::PasswordLocked) }
    }

    /// Ends the sessions of an account, all but one.
    pub(super) async fn end_sessions_of(
        &self,
        owner: Identity,
        but: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let mine = match owner {
            Identity::WebUser(id) => session::Column::WebUserId.eq(id.0),
            Identity::MobileWorker(id) => session::Column::MobileWorkerId.eq(id.0),
            Identity::Anonymous | Identity::System => return Ok(()),
        };
        let mut update = session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::val(self.now))
            .filter(mine)
            .filter(session::Column::EndedAt.is_null());
        if let Some(SessionId(id)) = but {
            update = update.filter(session::Column::Id.ne(id));
        }
        update.exec(&self.tx).await?;
        Ok(())
    }

    /// A mail to the owner of an account, if they have an address: their password is another one now (security A8).
    pub(super) async fn tell_of_new_password(&mut self, owner: Identity) -> Result<(), StoreError> {
        let query = match owner {
            Identity::WebUser(id) => Query::select()
                .column(web_user::Column::Email)
                .expr_as(Expr::col(web_user::Column::Email), "account")
                .expr_as(Expr::val(None::<String>), "language")
                .expr_as(Expr::val(None::<Uuid>), "project_space_id")
                .from(web_user::Entity)
                .and_where(web_user::Column::Id.eq(id.0))
                .to_owned(),
            Identity::MobileWorker(id) => Query::select()
                .columns([
                    mobile_worker::Column::Email,
                    mobile_worker::Column::Language,
                    mobile_worker::Column::ProjectSpaceId,
                ])
                .expr_as(Expr::col(mobile_worker::Column::Username), "account")
                .from(mobile_worker::Entity)
                .and_where(mobile_worker::Column::Id.eq(id.0))
                .to_owned(),
            Identity::Anonymous | Identity::System => return Ok(()),
        };
        let Some(Address { email: Some(email), account, language, project_space_id }) =
            self.one(&query).await?
        else {
            return Ok(());
        };
        let mail = NewMail {
            project_space: project_space_id.map(ProjectSpaceId),
            recipient: &email,
            template: MailTemplate::PasswordChanged,
            data: json!({ "account": account, "changed_at": self.now.to_rfc3339(), "language": language }),
        };
        self.queue_mail(mail).await?;
        Ok(())
    }
}
