//! The outbox: mails are queued in the transaction of the change that causes them.

use super::connection::UnitOfWork;
use super::email_address::is_blocked;
use super::error::StoreError;
use super::transaction::Transaction;
use crate::authz::{Action, Resource};
use crate::domain::{MailId, MailStatus, MailTemplate, ProjectSpaceId};
use chrono::{DateTime, Utc};
use entity::{email_address, mail, membership, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Set};
use serde_json::{Value as Json, json};
use std::collections::HashSet;

/// A mail to be queued.
#[derive(Debug, Clone)]
pub(super) struct NewMail<'a> {
    /// The project space that it is about.
    pub project_space: Option<ProjectSpaceId>,
    /// Who gets it: a parsed address.
    pub recipient: &'a str,
    /// What it says.
    pub template: MailTemplate,
    /// What fills the template: [`MailTemplate::fields`], and `language` where the recipient's own is known.
    pub data: Json,
}

impl<A: Action> UnitOfWork<A> {
    /// Queues a mail in this transaction; the commit wakes the sender. To a blocked address nothing is sent: such a
    /// mail is born undeliverable.
    pub(super) async fn queue_mail(&mut self, new: NewMail<'_>) -> Result<MailId, StoreError> {
        let ids = queue(&self.tx, self.now, std::slice::from_ref(&new)).await?;
        self.mail_queued = true;
        ids.first().copied().ok_or(StoreError::Inconsistent("mail"))
    }

    /// Queues a mail to each admin of a project space.
    pub(super) async fn queue_mail_to_admins(
        &mut self,
        space: ProjectSpaceId,
        template: MailTemplate,
        data: Json,
    ) -> Result<(), StoreError> {
        let rows = self.tx.query_all(&admins_of(space)).await?;
        let admins = rows.iter().map(|row| Recipient::from_query_result(row, ""));
        let admins = admins.collect::<Result<Vec<_>, _>>()?;
        let mails = admins.iter().map(|admin| NewMail {
            project_space: Some(space),
            recipient: &admin.address,
            template,
            data: data.clone(),
        });
        let queued = queue(&self.tx, self.now, &mails.collect::<Vec<_>>()).await?;
        self.mail_queued |= !queued.is_empty();
        Ok(())
    }

    /// Tells the project space's admins of this action.
    pub(super) async fn notify_admins(&mut self, space: ProjectSpaceId) -> Result<(), StoreError> {
        let data = json!({
            "action": A::NAME,
            "principal": self.proof.principal().identity.id(),
            "resource": self.proof.resource().id(),
            "decision": self.proof.decision().to_string(),
        });
        self.queue_mail_to_admins(space, MailTemplate::ActionNotice, data).await
    }
}

/// Writes mails to the outbox: two statements, however many they are.
async fn queue(
    tx: &Transaction,
    now: DateTime<Utc>,
    mails: &[NewMail<'_>],
) -> Result<Vec<MailId>, StoreError> {
    // A mail that lacks a field could never be written, so it is refused where it is caused.
    let lacks_a_field =
        |mail: &NewMail<'_>| mail.template.fields().iter().any(|field| mail.data.get(field).is_none());
    if mails.iter().any(lacks_a_field) {
        return Err(StoreError::Inconsistent("data of a mail"));
    }
    if mails.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx.query_all(&blocked_among(mails.iter().map(|mail| mail.recipient), now)).await?;
    let blocked = rows.iter().map(|row| Ok(Recipient::from_query_result(row, "")?.address));
    let blocked = blocked.collect::<Result<HashSet<_>, StoreError>>()?;
    let rows: Vec<_> = mails.iter().map(|mail| row(now, mail, blocked.contains(mail.recipient))).collect();
    let ids = rows.iter().map(|(id, _)| *id).collect();
    let rows = rows.into_iter().map(|(_, row)| row);
    mail::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(ids)
}

fn row(now: DateTime<Utc>, new: &NewMail<'_>, is_blocked: bool) -> (MailId, mail::ActiveModel) {
    let status = if is_blocked { MailStatus::Undeliverable } else { MailStatus::Queued };
    let id = MailId::fresh(now);
    let row = mail::ActiveModel {
        id: Set(id.0),
        project_space_id: Set(new.project_space.map(|space| space.0)),
        recipient: Set(new.recipient.to_owned()),
        template: Set(new.template.name().to_owned()),
        data: Set(new.data.clone()),
        message_id: Set(format!("{}@fieldgate", id.hex())),
        status: Set(status.name().to_owned()),
        attempts: Set(0),
        next_attempt_at: Set(now),
        claimed_until: Set(None),
        last_error: Set(is_blocked.then(|| "the address is blocked".to_owned())),
        created_at: Set(now),
        sent_at: Set(None),
    };
    (id, row)
}

#[derive(FromQueryResult)]
struct Recipient {
    address: String,
}

fn blocked_among<'a>(addresses: impl Iterator<Item = &'a str>, now: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .column(email_address::Column::Address)
        .from(email_address::Entity)
        .and_where(email_address::Column::Address.is_in(addresses))
        .and_where(is_blocked(now))
        .to_owned()
}

fn admins_of(space: ProjectSpaceId) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col((web_user::Entity, web_user::Column::Email)), "address")
        .from(membership::Entity)
        .inner_join(
            web_user::Entity,
            Expr::col((web_user::Entity, web_user::Column::Id))
                .equals((membership::Entity, membership::Column::WebUserId)),
        )
        .and_where(membership::Column::ProjectSpaceId.eq(space.0))
        .and_where(membership::Column::IsAdmin.eq(true))
        .and_where(membership::Column::IsActive.eq(true))
        .and_where(web_user::Column::IsActive.eq(true))
        .to_owned()
}
