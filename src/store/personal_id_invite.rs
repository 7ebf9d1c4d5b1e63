//! Invites to link a PersonalID account, as they are sent, found by their holder, and accepted; and every other way that
//! makes a link or asks for one.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::mail::NewMail;
use super::mobile_worker::{MobileWorkerRow, sealed_as, select};
use super::personal_id::PENDING;
use super::row_filter::is_storable;
use crate::authz::{
    AcceptPersonalIdInvite, Action, InvitePersonalId, LinkPersonalId, RequestPersonalIdAccess, Sealed,
};
use crate::domain::account_link::INVITATIONS_MAX;
use crate::domain::{
    Email, Identity, InviteState, LinkStatus, MailId, MailLanguage, MailTemplate, MobileWorker,
    MobileWorkerStatus, PersonalIdAccount, PersonalIdHolder, PersonalIdInviteLink, name_for_people,
};
use chrono::{DateTime, Utc};
use entity::{mobile_worker, personal_id_invite, project_space, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QueryTrait, Set};
use serde_json::json;
use uuid::Uuid;

/// The page that the link of an invite leads to; the token follows.
const PAGE: &str = "/personal-id/";

/// An invite that is about to be sent.
#[derive(Debug)]
pub struct NewInvite {
    /// What the sender of the mail derives the token from.
    pub seed: String,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// What the code is found by.
    pub code_hash: Vec<u8>,
    /// From when on it can no longer be accepted.
    pub expires_at: DateTime<Utc>,
}

/// What an invite is found by.
#[derive(Debug)]
pub enum InviteKey {
    /// The hash of its link's token.
    Token(Vec<u8>),
    /// The hash of its code.
    Code(Vec<u8>),
}

struct InviteRow {
    worker: MobileWorkerRow,
    beside: BesideRow,
}

#[derive(FromQueryResult)]
struct BesideRow {
    found_id: Uuid,
    found_state: String,
    found_expires_at: DateTime<Utc>,
    space_name: String,
    space_display_name: String,
}

impl FromQueryResult for InviteRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            worker: MobileWorkerRow::from_query_result(row, prefix)?,
            beside: BesideRow::from_query_result(row, prefix)?,
        })
    }
}

impl Store {
    /// The invite whose link ends with this token, or that has this code.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn personal_id_invite(
        &self,
        key: &InviteKey,
    ) -> Result<Option<Sealed<PersonalIdInviteLink>>, StoreError> {
        use personal_id_invite::Column;
        // Under a name of its own: the worker's open invite, which may be another one, is read along with the worker.
        let found = sea_orm::sea_query::Alias::new("found");
        let own = |column: Column| Expr::col((sea_orm::sea_query::Alias::new("found"), column));
        let mut query = select(self.backend());
        query
            .expr_as(own(Column::Id), "found_id")
            .expr_as(own(Column::State), "found_state")
            .expr_as(own(Column::ExpiresAt), "found_expires_at")
            .expr_as(Expr::col((project_space::Entity, project_space::Column::Name)), "space_name")
            .expr_as(
                Expr::col((project_space::Entity, project_space::Column::DisplayName)),
                "space_display_name",
            )
            .join_as(
                sea_orm::sea_query::JoinType::InnerJoin,
                personal_id_invite::Entity,
                found,
                own(Column::WorkerId).equals((mobile_worker::Entity, mobile_worker::Column::Id)),
            )
            .inner_join(
                project_space::Entity,
                Expr::col((project_space::Entity, project_space::Column::Id))
                    .equals((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId)),
            )
            .and_where(match key {
                InviteKey::Token(hash) => own(Column::TokenHash).eq(hash.clone()),
                InviteKey::Code(hash) => own(Column::CodeHash).eq(hash.clone()),
            });
        let Some(InviteRow { worker, beside }) = self.one(&query).await? else { return Ok(None) };
        let state = InviteState::named(&beside.found_state)
            .ok_or(StoreError::Inconsistent("state of a PersonalID invite"))?;
        let link = |worker| PersonalIdInviteLink {
            id: beside.found_id,
            state,
            expires_at: beside.found_expires_at,
            worker,
            project_space: beside.space_name,
            project_space_name: beside.space_display_name,
        };
        Ok(Some(sealed_as(worker, link)?))
    }

    /// The worker of the project space of this name whose link is to this account, where there are links.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn personal_id_holder(
        &self,
        project_space: &str,
        account: &PersonalIdAccount,
    ) -> Result<Option<Sealed<PersonalIdHolder>>, StoreError> {
        if !is_storable(project_space) {
            return Ok(None);
        }
        let space = Query::select()
            .column(project_space::Column::Id)
            .from(project_space::Entity)
            .and_where(project_space::Column::Name.eq(project_space))
            .and_where(project_space::Column::ConnectEnabled.eq(true))
            .to_owned();
        let query = select(self.backend())
            .and_where(mobile_worker::Column::ProjectSpaceId.in_subquery(space))
            .and_where(mobile_worker::Column::PersonalIdIssuer.eq(account.issuer.as_str()))
            .and_where(mobile_worker::Column::PersonalIdSubject.eq(account.subject.as_str()))
            .to_owned();
        self.one(&query).await?.map(|row| sealed_as(row, PersonalIdHolder)).transpose()
    }
}

#[derive(FromQueryResult)]
struct SpaceRow {
    display_name: String,
}

impl UnitOfWork<InvitePersonalId> {
    /// Makes the invite in the place of an earlier one, and queues its mail where the worker has an address.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn invite(&mut self, new: &NewInvite) -> Result<(), StoreError> {
        let worker = self.proof.resource().clone();
        // The worker's version first: a link that is made in the meantime leaves no invite behind.
        self.write(&worker, Vec::new()).await?;
        self.replace_invites(&worker).await?;
        let mail_id = match &worker.profile.email {
            Some(email) => Some(self.invite_mail(&worker, email, new).await?),
            None => None,
        };
        let inviter = match self.proof.principal().identity {
            Identity::WebUser(id) => Some(id.0),
            Identity::Anonymous | Identity::MobileWorker(_) | Identity::System => None,
        };
        let row = personal_id_invite::ActiveModel {
            id: Set(MailId::fresh(self.now).0),
            project_space_id: Set(worker.project_space.0),
            worker_id: Set(worker.id.0),
            inviter_id: Set(inviter),
            state: Set(PENDING.to_owned()),
            token_hash: Set(new.token_hash.clone()),
            code_hash: Set(new.code_hash.clone()),
            mail_id: Set(mail_id.map(|id| id.0)),
            sent_at: Set(self.now),
            expires_at: Set(new.expires_at),
            accepted_at: Set(None),
        };
        personal_id_invite::Entity::insert(row).exec_without_returning(&self.tx).await?;
        let how = if mail_id.is_some() { "sent" } else { "handed_over" };
        self.changed("personal_id_invite", json!(null), json!(how));
        self.refresh(worker.id).await
    }

    async fn invite_mail(
        &mut self,
        worker: &MobileWorker,
        email: &Email,
        new: &NewInvite,
    ) -> Result<MailId, StoreError> {
        let mut data = json!({
            "username": worker.username.as_str(),
            "expires_at": new.expires_at.to_rfc3339(),
            "link": { "path": PAGE, "seed": new.seed },
        });
        let mut more = Vec::new();
        match self.proof.principal().identity {
            Identity::WebUser(id) => {
                let query = web_user::Entity::find().filter(web_user::Column::Id.eq(id.0)).into_query();
                let row: web_user::Model =
                    self.one(&query).await?.ok_or(StoreError::Inconsistent("inviter"))?;
                let name = name_for_people(Some(&row.first_name), Some(&row.last_name), &row.email);
                // Who has a question answers the mail.
                more.extend([("inviter", name), ("reply_to", row.email)]);
            }
            Identity::Anonymous | Identity::MobileWorker(_) | Identity::System => {
                let query = Query::select()
                    .column(project_space::Column::DisplayName)
                    .from(project_space::Entity)
                    .and_where(project_space::Column::Id.eq(worker.project_space.0))
                    .to_owned();
                let space: SpaceRow =
                    self.one(&query).await?.ok_or(StoreError::Inconsistent("project space"))?;
                more.push(("inviter", space.display_name));
            }
        }
        self.check_mails_of_late(email, MailTemplate::PersonalIdInvite, INVITATIONS_MAX, None).await?;
        let language = worker.profile.language.as_ref().and_then(|of| MailLanguage::of(of.as_str()));
        more.extend(language.map(|language| ("language", language.code().to_owned())));
        if let Some(data) = data.as_object_mut() {
            data.extend(more.into_iter().map(|(field, value)| (field.to_owned(), json!(value))));
        }
        let mail = NewMail {
            project_space: Some(worker.project_space),
            recipient: email.as_str(),
            template: MailTemplate::PersonalIdInvite,
            data,
        };
        self.queue_mail(mail).await
    }
}

impl UnitOfWork<AcceptPersonalIdInvite> {
    /// Marks the invite accepted and makes the link. Once: of two who come at the same moment, one gets an error and
    /// changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker or the invite has changed since it was judged, [`StoreError::Conflict`] when
    /// the account is linked to another worker of the project space.
    pub async fn accept(&mut self, account: &PersonalIdAccount) -> Result<(), StoreError> {
        let link = self.proof.resource().clone();
        self.make_link(&link.worker, account).await?;
        let accepted = personal_id_invite::Entity::update_many()
            .col_expr(personal_id_invite::Column::State, Expr::val(InviteState::Accepted.name()))
            .col_expr(personal_id_invite::Column::AcceptedAt, Expr::val(self.now))
            .filter(personal_id_invite::Column::Id.eq(link.id))
            .filter(personal_id_invite::Column::State.eq(PENDING))
            .exec(&self.tx)
            .await?;
        if accepted.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.made(&link.worker);
        let worker = self.read_back(link.worker.id).await?;
        Ok(self.proof.refresh(PersonalIdInviteLink { worker, state: InviteState::Accepted, ..link })?)
    }
}

impl UnitOfWork<LinkPersonalId> {
    /// Makes the link of a worker who is signed in.
    ///
    /// # Errors
    /// As of accepting an invite.
    pub async fn link(&mut self, account: &PersonalIdAccount) -> Result<(), StoreError> {
        let worker = self.proof.resource().clone();
        self.make_link(&worker, account).await?;
        self.replace_invites(&worker).await?;
        self.refresh(worker.id).await
    }
}

impl UnitOfWork<RequestPersonalIdAccess> {
    /// Notes that the worker asks for their inactive link. Whether it was to be noted: not twice, and not of a link that
    /// is not inactive.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn request(&mut self) -> Result<bool, StoreError> {
        let PersonalIdHolder(worker) = self.proof.resource().clone();
        // A question changes nothing about the worker: the version stays.
        let noted = mobile_worker::Entity::update_many()
            .col_expr(mobile_worker::Column::PersonalIdRequestedAt, Expr::val(self.now))
            .filter(mobile_worker::Column::Id.eq(worker.id.0))
            .filter(mobile_worker::Column::PersonalIdStatus.eq(LinkStatus::Inactive.name()))
            .filter(mobile_worker::Column::Status.eq(MobileWorkerStatus::Active.name()))
            .filter(mobile_worker::Column::PersonalIdRequestedAt.is_null())
            .exec(&self.tx)
            .await?;
        self.made(&worker);
        self.changed("access_requested_at", json!(null), json!(self.now));
        Ok(noted.rows_affected == 1)
    }
}

impl<A: Action> UnitOfWork<A> {
    async fn make_link(
        &mut self,
        worker: &MobileWorker,
        account: &PersonalIdAccount,
    ) -> Result<(), StoreError> {
        use mobile_worker::Column;
        let values = vec![
            (Column::PersonalIdStatus, Expr::val(LinkStatus::Active.name())),
            (Column::PersonalIdIssuer, Expr::val(account.issuer.as_str())),
            (Column::PersonalIdSubject, Expr::val(account.subject.as_str())),
            (Column::PersonalIdUsername, Expr::val(account.username.as_str())),
            (Column::PersonalIdLinkedAt, Expr::val(self.now)),
            (Column::PersonalIdChangedAt, Expr::val(self.now)),
        ];
        self.write(worker, values).await?;
        self.changed(
            "personal_id_link",
            json!(worker.link.as_ref().map(|link| link.status.name())),
            json!(LinkStatus::Active.name()),
        );
        self.changed("personal_id_username", json!(null), json!(account.username));
        Ok(())
    }

    /// The worker's address is another one now: an invite that went to the old one is for nobody any more.
    pub(super) async fn forget_mailed_invites(&self, worker: &MobileWorker) -> Result<(), StoreError> {
        personal_id_invite::Entity::update_many()
            .col_expr(personal_id_invite::Column::State, Expr::val(InviteState::Replaced.name()))
            .filter(personal_id_invite::Column::WorkerId.eq(worker.id.0))
            .filter(personal_id_invite::Column::State.eq(PENDING))
            .filter(personal_id_invite::Column::MailId.is_not_null())
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    async fn replace_invites(&self, worker: &MobileWorker) -> Result<(), StoreError> {
        personal_id_invite::Entity::update_many()
            .col_expr(personal_id_invite::Column::State, Expr::val(InviteState::Replaced.name()))
            .filter(personal_id_invite::Column::WorkerId.eq(worker.id.0))
            .filter(personal_id_invite::Column::State.eq(PENDING))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}
