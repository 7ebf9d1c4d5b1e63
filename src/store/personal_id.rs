//! PersonalID links: read along with their workers, and switched on and off.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use crate::authz::{ActivatePersonalIdLink, DeactivatePersonalIdLink, ReadMobileWorker, Scope};
use crate::domain::{LinkStatus, MailStatus, PersonalIdAccount, PersonalIdInvite, PersonalIdLink};
use chrono::{DateTime, Utc};
use entity::{mail, mobile_worker, personal_id_invite, project_space};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, FromQueryResult};
use serde_json::json;

/// What an invite's state is called while nobody has accepted it.
pub(super) const PENDING: &str = "pending";

/// A worker's link and its open invite, as they stand beside the worker.
#[derive(FromQueryResult)]
pub(super) struct LinkRow {
    connect_enabled: bool,
    personal_id_status: String,
    personal_id_issuer: Option<String>,
    personal_id_subject: Option<String>,
    personal_id_username: Option<String>,
    personal_id_linked_at: Option<DateTime<Utc>>,
    personal_id_changed_at: Option<DateTime<Utc>>,
    personal_id_requested_at: Option<DateTime<Utc>>,
    invite_sent_at: Option<DateTime<Utc>>,
    invite_expires_at: Option<DateTime<Utc>>,
    invite_mail_status: Option<String>,
}

impl LinkRow {
    /// The link; nothing where the project space does not have the feature.
    pub(super) fn read(self) -> Result<Option<PersonalIdLink>, StoreError> {
        if !self.connect_enabled {
            return Ok(None);
        }
        let account = match (self.personal_id_issuer, self.personal_id_subject, self.personal_id_username) {
            (Some(issuer), Some(subject), Some(username)) => {
                Some(PersonalIdAccount { issuer, subject, username })
            }
            _ => None,
        };
        let delivery = match self.invite_mail_status {
            None => None,
            Some(name) => {
                let status = MailStatus::named(&name);
                Some(status.ok_or(StoreError::Inconsistent("status of a mail"))?.into())
            }
        };
        let invite = match (self.invite_sent_at, self.invite_expires_at) {
            (Some(sent_at), Some(expires_at)) => Some(PersonalIdInvite { sent_at, expires_at, delivery }),
            _ => None,
        };
        Ok(Some(PersonalIdLink {
            status: LinkStatus::named(&self.personal_id_status)
                .ok_or(StoreError::Inconsistent("status of a PersonalID link"))?,
            account,
            linked_at: self.personal_id_linked_at,
            status_changed_at: self.personal_id_changed_at,
            access_requested_at: self.personal_id_requested_at,
            invite,
        }))
    }
}

/// Reads the link along with a worker, in the worker's own statement.
pub(super) fn beside(query: &mut SelectStatement) {
    use mobile_worker::Column as Own;
    use personal_id_invite::Column as Invite;
    let columns = [
        Own::PersonalIdStatus,
        Own::PersonalIdIssuer,
        Own::PersonalIdSubject,
        Own::PersonalIdUsername,
        Own::PersonalIdLinkedAt,
        Own::PersonalIdChangedAt,
        Own::PersonalIdRequestedAt,
    ];
    let own = |column| Expr::col((mobile_worker::Entity, column));
    query
        .columns(columns.map(|column| (mobile_worker::Entity, column)))
        .expr_as(is_enabled(), "connect_enabled")
        .expr_as(Expr::col((personal_id_invite::Entity, Invite::SentAt)), "invite_sent_at")
        .expr_as(Expr::col((personal_id_invite::Entity, Invite::ExpiresAt)), "invite_expires_at")
        .expr_as(Expr::col((mail::Entity, mail::Column::Status)), "invite_mail_status")
        .left_join(
            personal_id_invite::Entity,
            own(Own::Id)
                .equals((personal_id_invite::Entity, Invite::WorkerId))
                .and(Invite::State.eq(PENDING)),
        )
        .left_join(
            mail::Entity,
            Expr::col((mail::Entity, mail::Column::Id)).equals((personal_id_invite::Entity, Invite::MailId)),
        );
}

/// Whether a worker's project space has the feature.
pub(super) fn is_enabled() -> Expr {
    let space = Query::select()
        .expr(Expr::val(1))
        .from(project_space::Entity)
        .and_where(
            Expr::col((project_space::Entity, project_space::Column::Id))
                .equals((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId)),
        )
        .and_where(project_space::Column::ConnectEnabled.eq(true))
        .to_owned();
    Expr::exists(space)
}

#[derive(FromQueryResult)]
struct Enabled {
    connect_enabled: bool,
}

impl Store {
    /// Whether the project space has PersonalID links at all. Asked by who may see workers there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_personal_id_links(&self, scope: &Scope<ReadMobileWorker>) -> Result<bool, StoreError> {
        let query = Query::select()
            .column(project_space::Column::ConnectEnabled)
            .from(project_space::Entity)
            .and_where(project_space::Column::Id.eq(scope.project_space().0))
            .to_owned();
        Ok(self.one::<Enabled>(&query).await?.is_some_and(|space| space.connect_enabled))
    }
}

impl UnitOfWork<ActivatePersonalIdLink> {
    /// Activates the link, which answers a request of the worker's.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn activate(&mut self) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let values = vec![
            (mobile_worker::Column::PersonalIdStatus, Expr::val(LinkStatus::Active.name())),
            (mobile_worker::Column::PersonalIdChangedAt, Expr::val(self.now)),
            (mobile_worker::Column::PersonalIdRequestedAt, Expr::val(None::<DateTime<Utc>>)),
        ];
        self.write(&before, values).await?;
        self.changed(
            "personal_id_link",
            json!(before.link.as_ref().map(|link| link.status.name())),
            json!(LinkStatus::Active.name()),
        );
        self.refresh(before.id).await
    }
}

impl UnitOfWork<DeactivatePersonalIdLink> {
    /// Deactivates the link, which keeps it, and ends the sessions that PersonalID opened. Of a link that is inactive it
    /// takes away the request of the worker's.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn deactivate(&mut self) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let status = before.link.as_ref().map(|link| link.status);
        let mut values = vec![
            (mobile_worker::Column::PersonalIdStatus, Expr::val(LinkStatus::Inactive.name())),
            (mobile_worker::Column::PersonalIdRequestedAt, Expr::val(None::<DateTime<Utc>>)),
        ];
        if status != Some(LinkStatus::Inactive) {
            values.push((mobile_worker::Column::PersonalIdChangedAt, Expr::val(self.now)));
        }
        // The worker first: a sign-in that is under way writes them too, so that its session is either there to be ended,
        // or finds the link inactive.
        self.write(&before, values).await?;
        self.end_personal_id_sessions(before.id).await?;
        self.changed(
            "personal_id_link",
            json!(status.map(LinkStatus::name)),
            json!(LinkStatus::Inactive.name()),
        );
        let requested_at = before.link.as_ref().and_then(|link| link.access_requested_at);
        self.changed("access_requested_at", json!(requested_at), json!(null));
        self.refresh(before.id).await
    }
}
