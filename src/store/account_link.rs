//! The links of mails by which people confirm their account or set a new password: made in the transaction that queues
//! the mail, gone in the one that uses them.

use super::connection::UnitOfWork;
use super::error::StoreError;
use super::invitation::NewLink;
use super::mail::NewMail;
use crate::authz::Action;
use crate::domain::account_link::MAIL_WINDOW;
use crate::domain::{Email, Identity, LinkPurpose, MailId, MailTemplate, MobileWorker, ProjectSpaceId};
use chrono::{DateTime, Utc};
use entity::{account_link, mail, project_space};
use sea_orm::sea_query::{Expr, Order, Query, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Set};
use serde_json::json;
use uuid::Uuid;

/// Whom a link is sent to.
pub(super) struct LinkTo<'a> {
    /// Whose account it is for.
    pub owner: Identity,
    /// Where it goes.
    pub email: &'a Email,
    /// The sign-in name, for people.
    pub account: String,
    /// A worker's project space.
    pub project_space: Option<ProjectSpaceId>,
    /// The owner's language, if it is known.
    pub language: Option<&'a str>,
}

#[derive(FromQueryResult)]
struct SentRow {
    created_at: DateTime<Utc>,
}

/// The rows of an account.
pub(super) fn of_owner(owner: Identity) -> Option<SimpleExpr> {
    match owner {
        Identity::WebUser(id) => Some(account_link::Column::WebUserId.eq(id.0)),
        Identity::MobileWorker(id) => Some(account_link::Column::MobileWorkerId.eq(id.0)),
        Identity::Anonymous | Identity::System => None,
    }
}

impl<A: Action> UnitOfWork<A> {
    /// Makes the account's link of this kind, in the place of the one before, and queues the mail it comes in.
    ///
    /// # Errors
    /// [`StoreError::TooOften`] when the address was sent enough of them of late.
    pub(super) async fn send_link(
        &mut self,
        purpose: LinkPurpose,
        to: LinkTo<'_>,
        link: &NewLink,
    ) -> Result<(), StoreError> {
        self.check_mails_of_late(to.email, purpose.template(), purpose.mails_max(), None).await?;
        let (web_user_id, mobile_worker_id) = match to.owner {
            Identity::WebUser(id) => (Some(id.0), None),
            Identity::MobileWorker(id) => (None, Some(id.0)),
            Identity::Anonymous | Identity::System => {
                return Err(StoreError::Inconsistent("owner of a link"));
            }
        };
        let expires_at = self.now + purpose.lifetime();
        self.drop_links(to.owner, purpose).await?;
        let row = account_link::ActiveModel {
            id: Set(MailId::fresh(self.now).0),
            purpose: Set(purpose.name().to_owned()),
            web_user_id: Set(web_user_id),
            mobile_worker_id: Set(mobile_worker_id),
            email: Set(to.email.to_string()),
            token_hash: Set(link.token_hash.clone()),
            created_at: Set(self.now),
            expires_at: Set(expires_at),
        };
        account_link::Entity::insert(row).exec_without_returning(&self.tx).await?;
        let data = json!({
            "account": to.account,
            "expires_at": expires_at.to_rfc3339(),
            "language": to.language,
            "link": { "path": purpose.page(), "seed": link.seed },
        });
        let (recipient, template) = (to.email.as_str(), purpose.template());
        self.queue_mail(NewMail { project_space: to.project_space, recipient, template, data }).await?;
        self.changed(sent(purpose), json!(null), json!(to.email.as_str()));
        Ok(())
    }

    /// The same to a worker's own address.
    pub(super) async fn send_link_to_worker(
        &mut self,
        purpose: LinkPurpose,
        worker: &MobileWorker,
        link: &NewLink,
        worker_suffix: &str,
    ) -> Result<(), StoreError> {
        let email =
            worker.profile.email.as_ref().ok_or(StoreError::Inconsistent("address of a mobile worker"))?;
        let query = project_space::Entity::find()
            .filter(project_space::Column::Id.eq(worker.project_space.0))
            .into_query();
        let space: project_space::Model =
            self.one(&query).await?.ok_or(StoreError::Inconsistent("project space of a mobile worker"))?;
        let to = LinkTo {
            owner: Identity::MobileWorker(worker.id),
            email,
            account: format!("{}@{}.{worker_suffix}", worker.username, space.name),
            project_space: Some(worker.project_space),
            language: worker.profile.language.as_ref().map(crate::domain::Language::as_str),
        };
        self.send_link(purpose, to, link).await
    }

    /// Takes the account's link of this kind away, if there is one: it no longer works.
    pub(super) async fn drop_links(&self, owner: Identity, purpose: LinkPurpose) -> Result<(), StoreError> {
        let Some(of_owner) = of_owner(owner) else { return Ok(()) };
        account_link::Entity::delete_many()
            .filter(of_owner)
            .filter(account_link::Column::Purpose.eq(purpose.name()))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Uses a link: once. Of two who come at the same moment, one gets `Stale`.
    pub(super) async fn use_link(&self, id: Uuid) -> Result<(), StoreError> {
        let used = account_link::Entity::delete_many()
            .filter(account_link::Column::Id.eq(id))
            .filter(account_link::Column::ExpiresAt.gt(self.now))
            .exec(&self.tx)
            .await?;
        if used.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Checks that the address may be sent one more mail of this kind: that it got fewer than `most` within [`MAIL_WINDOW`],
    /// from this project space or from all.
    ///
    /// # Errors
    /// [`StoreError::TooOften`].
    pub(super) async fn check_mails_of_late(
        &self,
        email: &Email,
        template: MailTemplate,
        most: u64,
        project_space: Option<ProjectSpaceId>,
    ) -> Result<(), StoreError> {
        // The oldest of the last so many: when it is out of the window, there is room again.
        let mut query = Query::select()
            .column(mail::Column::CreatedAt)
            .from(mail::Entity)
            .and_where(mail::Column::Recipient.eq(email.as_str()))
            .and_where(mail::Column::Template.eq(template.name()))
            .and_where(mail::Column::CreatedAt.gt(self.now - MAIL_WINDOW))
            .order_by(mail::Column::CreatedAt, Order::Desc)
            .offset(most.saturating_sub(1))
            .limit(1)
            .to_owned();
        if let Some(space) = project_space {
            query.and_where(mail::Column::ProjectSpaceId.eq(space.0));
        }
        match self.one::<SentRow>(&query).await? {
            None => Ok(()),
            Some(SentRow { created_at }) => Err(StoreError::TooOften(created_at + MAIL_WINDOW - self.now)),
        }
    }
}

/// What the audit calls it.
fn sent(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::Confirmation => "confirmation_sent_to",
        LinkPurpose::PasswordReset => "password_reset_sent_to",
    }
}

/// A column of a link.
pub(super) fn column(column: account_link::Column) -> Expr {
    Expr::col((account_link::Entity, column))
}
