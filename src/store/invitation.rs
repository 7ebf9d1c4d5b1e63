//! Invitations: one at a time, and every write but accepting, which is in `invitation_link`. Lists are in
//! `invitation_list`.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::invitation_mail::Words;
use super::link::{Link, parse_ids};
use super::{access_request, member};
use crate::authz::{
    Action, Authorized, CreateInvitation, DeleteInvitation, Realm, ResendInvitation, Resource, Sealed,
    UpdateInvitation,
};
use crate::domain::{
    Assignment, Email, Identity, Invitation, InvitationId, InvitationState, LocationId, MailStatus,
    MailTemplate, ProjectSpaceId, QualifiedRole, RoleId, WebUserId,
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{invitation, invitation_location, mail, membership, project_space, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, Set};
use serde_json::{Value as Json, json};
use uuid::Uuid;

pub(super) const LOCATIONS: Link =
    Link { table: "invitation_location", owner: "invitation_id", item: "location_id", order: "position" };
/// Its places and all those above them.
pub(super) const LINEAGE: Link =
    Link { table: "invitation_lineage", owner: "invitation_id", item: "ancestor_id", order: "distance" };

/// The link of an invitation that is about to be sent.
#[derive(Debug)]
pub struct NewLink {
    /// What the sender of the mail derives the token from.
    pub seed: String,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
}

#[derive(FromQueryResult)]
pub(super) struct InvitationRow {
    id: Uuid,
    project_space_id: Uuid,
    email: String,
    is_admin: bool,
    role_id: Option<Uuid>,
    primary_location_id: Option<Uuid>,
    inviter_id: Option<Uuid>,
    state: String,
    times_sent: i32,
    invited_at: DateTime<Utc>,
    last_sent_at: DateTime<Utc>,
    version: i32,
    mail_status: String,
    lifetime_days: i32,
    location_ids: Option<String>,
    lineage: Option<String>,
}

impl InvitationRow {
    pub(super) fn read(self) -> Result<Invitation, StoreError> {
        let locations = |ids: Option<String>| -> Result<Vec<LocationId>, StoreError> {
            Ok(parse_ids(ids.as_deref())?.into_iter().map(LocationId).collect())
        };
        let role = match (self.is_admin, self.role_id) {
            (true, _) => QualifiedRole::Admin,
            (false, Some(id)) => QualifiedRole::Role(RoleId(id)),
            (false, None) => QualifiedRole::None,
        };
        Ok(Invitation {
            id: InvitationId(self.id),
            project_space: ProjectSpaceId(self.project_space_id),
            email: Email::stored(self.email),
            assignment: Assignment {
                role,
                locations: locations(self.location_ids)?,
                primary_location: self.primary_location_id.map(LocationId),
            },
            lineage: locations(self.lineage)?,
            inviter: self.inviter_id.map(WebUserId),
            invited_at: self.invited_at,
            last_sent_at: self.last_sent_at,
            lifetime: TimeDelta::days(self.lifetime_days.into()),
            times_sent: self.times_sent,
            state: InvitationState::named(&self.state)
                .ok_or(StoreError::Inconsistent("state of an invitation"))?,
            delivery: MailStatus::named(&self.mail_status)
                .ok_or(StoreError::Inconsistent("status of a mail"))?
                .into(),
            version: self.version,
        })
    }
}

/// An invitation with all that hangs on it, in one statement: its places, its mail, how long it is valid.
pub(super) fn select(backend: DbBackend) -> SelectStatement {
    use invitation::Column;
    let columns = [
        Column::Id,
        Column::ProjectSpaceId,
        Column::Email,
        Column::IsAdmin,
        Column::RoleId,
        Column::PrimaryLocationId,
        Column::InviterId,
        Column::State,
        Column::TimesSent,
        Column::InvitedAt,
        Column::LastSentAt,
        Column::Version,
    ];
    Query::select()
        .columns(columns.map(|column| (invitation::Entity, column)))
        .expr_as(Expr::col((mail::Entity, mail::Column::Status)), "mail_status")
        .expr_as(
            Expr::col((project_space::Entity, project_space::Column::InvitationLifetimeDays)),
            "lifetime_days",
        )
        .expr_as(LOCATIONS.ids_of(backend, "invitation.id"), "location_ids")
        .expr_as(LINEAGE.distinct_ids_of(backend, "invitation.id"), "lineage")
        .from(invitation::Entity)
        .inner_join(
            project_space::Entity,
            Expr::col((project_space::Entity, project_space::Column::Id))
                .equals((invitation::Entity, invitation::Column::ProjectSpaceId)),
        )
        .inner_join(
            mail::Entity,
            Expr::col((mail::Entity, mail::Column::Id))
                .equals((invitation::Entity, invitation::Column::MailId)),
        )
        .to_owned()
}

/// The invitation of this address that can be accepted, or could be if it had not expired.
pub(super) fn open_for(backend: DbBackend, space: ProjectSpaceId, email: &Email) -> SelectStatement {
    select(backend)
        .and_where(invitation::Column::ProjectSpaceId.eq(space.0))
        .and_where(invitation::Column::Email.eq(email.as_str()))
        .and_where(invitation::Column::State.eq(InvitationState::Pending.name()))
        .to_owned()
}

impl Store {
    /// An invitation, whatever has become of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitation(&self, id: InvitationId) -> Result<Option<Sealed<Invitation>>, StoreError> {
        let query = select(self.backend()).and_where(invitation::Column::Id.eq(id.0)).to_owned();
        let row: Option<InvitationRow> = self.one(&query).await?;
        row.map(|row| Ok(Sealed::new(row.read()?))).transpose()
    }

    /// When the open invitation of this address expires, or did. Asked by who may invite there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invited_until(
        &self,
        proof: &Authorized<CreateInvitation>,
        email: &Email,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row: Option<InvitationRow> =
            self.one(&open_for(self.backend(), proof.resource().id, email)).await?;
        Ok(row.map(InvitationRow::read).transpose()?.map(|open| open.expires_at()))
    }

    /// Whether somebody with this address belongs to the project space. Asked by who may invite there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_member<A: Action>(
        &self,
        proof: &Authorized<A>,
        email: &Email,
    ) -> Result<bool, StoreError> {
        let Realm::ProjectSpace(space) = proof.resource().realm() else { return Ok(false) };
        let query = members(space).and_where(web_user::Column::Email.eq(email.as_str())).to_owned();
        Ok(self.one::<AddressRow>(&query).await?.is_some())
    }
}

/// The address of an account or an invitation.
#[derive(FromQueryResult)]
pub(super) struct AddressRow {
    pub(super) email: String,
}

/// The accounts of the members, active there or not.
pub(super) fn members(space: ProjectSpaceId) -> SelectStatement {
    Query::select()
        .column((web_user::Entity, web_user::Column::Email))
        .from(membership::Entity)
        .inner_join(
            web_user::Entity,
            Expr::col((web_user::Entity, web_user::Column::Id))
                .equals((membership::Entity, membership::Column::WebUserId)),
        )
        .and_where(membership::Column::ProjectSpaceId.eq(space.0))
        .to_owned()
}

impl UnitOfWork<CreateInvitation> {
    /// Invites an address: anew, or by renewing its invitation that has expired. An open request of the address to be let
    /// in is approved by that; who asked while signed in becomes a member at once, and the invitation is born accepted.
    ///
    /// # Errors
    /// [`StoreError::Stale`], [`StoreError::Conflict`] when the address has an invitation that can be accepted;
    /// [`StoreError::TooOften`].
    pub async fn invite(
        &mut self,
        email: Email,
        assignment: &Assignment,
        link: &NewLink,
    ) -> Result<Invitation, StoreError> {
        let space = self.proof.resource().id;
        let inviter = match self.proof.principal().identity {
            Identity::WebUser(id) => Some(id),
            Identity::Anonymous | Identity::MobileWorker(_) | Identity::System => None,
        };
        let open: Option<InvitationRow> = self.one(&open_for(self.backend(), space, &email)).await?;
        let expired = open.map(InvitationRow::read).transpose()?;
        if expired.as_ref().is_some_and(|open| open.expires_at() > self.now) {
            return Err(StoreError::Stale);
        }
        let lifetime = TimeDelta::days(self.proof.resource().settings.invitation_lifetime_days.into());
        let words = Words::of(self, space, assignment.role, inviter).await?;
        let joins = self.approve_request(&email).await?;
        let mail = match joins {
            Some(account) => {
                member::insert(&self.tx, self.now, space, account, assignment).await?;
                self.changed("web_user", json!(null), json!(account.to_string()));
                words.mail(self, &email, MailTemplate::AccessApproved, json!({})).await?
            }
            None => {
                self.check_invitations_of_late(space, &email).await?;
                words.invitation_mail(self, &email, self.now + lifetime, link).await?
            }
        };
        let id = expired.as_ref().map_or_else(|| InvitationId::fresh(self.now), |expired| expired.id);
        let state = if joins.is_some() { InvitationState::Accepted } else { InvitationState::Pending };
        let row = invitation::ActiveModel {
            id: Set(id.0),
            project_space_id: Set(space.0),
            email: Set(email.to_string()),
            is_admin: Set(assignment.role.is_admin()),
            role_id: Set(assignment.role.role().map(|id| id.0)),
            primary_location_id: Set(assignment.primary_location.map(|id| id.0)),
            inviter_id: Set(inviter.map(|id| id.0)),
            state: Set(state.name().to_owned()),
            token_hash: Set(link.token_hash.clone()),
            mail_id: Set(mail.0),
            times_sent: Set(expired.as_ref().map_or(1, |expired| expired.times_sent.saturating_add(1))),
            invited_at: Set(self.now),
            last_sent_at: Set(self.now),
            accepted_at: Set(joins.map(|_| self.now)),
            accepted_by_id: Set(joins.map(|id| id.0)),
            updated_at: Set(self.now),
            version: Set(expired.as_ref().map_or(1, |expired| expired.version.saturating_add(1))),
        };
        match &expired {
            None => invitation::Entity::insert(row).exec_without_returning(&self.tx).await.map(drop)?,
            Some(expired) => self.renew(expired, row).await?,
        }
        insert_locations(self, id, space, assignment).await?;
        let made = self.read_invitation(id).await?;
        self.made(&made);
        self.changed("email", json!(expired.as_ref().map(|it| it.email.as_str())), json!(email.as_str()));
        for (field, from, to) in differences(expired.as_ref(), &made) {
            self.changed(field, from, to);
        }
        Ok(made)
    }

    /// Puts a new invitation in the place of one that has expired: it keeps its id.
    async fn renew(&self, expired: &Invitation, row: invitation::ActiveModel) -> Result<(), StoreError> {
        let renewed = invitation::Entity::update_many()
            .set(row)
            .filter(invitation::Column::Id.eq(expired.id.0))
            .filter(invitation::Column::Version.eq(expired.version))
            .exec(&self.tx)
            .await?;
        if renewed.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        delete_locations(self, expired.id).await
    }

    /// Approves the open request of this address, if there is one. The account that asked, if it may join at once: what a
    /// stranger typed is no proof that the address is theirs.
    async fn approve_request(&mut self, email: &Email) -> Result<Option<WebUserId>, StoreError> {
        let space = self.proof.resource().id;
        let Some(asked_by) = access_request::approve(&self.tx, self.now, space, email).await? else {
            return Ok(None);
        };
        self.changed("access_request", json!("open"), json!("approved"));
        let Some(account) = asked_by else { return Ok(None) };
        let query = Query::select()
            .column(web_user::Column::Email)
            .from(web_user::Entity)
            .and_where(web_user::Column::Id.eq(account.0))
            .and_where(web_user::Column::Email.eq(email.as_str()))
            .and_where(web_user::Column::IsActive.eq(true))
            .to_owned();
        Ok(self.one::<AddressRow>(&query).await?.map(|_| account))
    }
}

impl UnitOfWork<UpdateInvitation> {
    /// Writes what the invitation gives. Its link and its end stay.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the invitation has changed since it was judged.
    pub async fn update(&mut self, assignment: &Assignment) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        self.write_invitation(vec![
            (invitation::Column::IsAdmin, Expr::val(assignment.role.is_admin())),
            (invitation::Column::RoleId, Expr::val(assignment.role.role().map(|id| id.0))),
            (invitation::Column::PrimaryLocationId, Expr::val(assignment.primary_location.map(|id| id.0))),
        ])
        .await?;
        if assignment.locations != before.assignment.locations {
            delete_locations(self, before.id).await?;
            insert_locations(self, before.id, before.project_space, assignment).await?;
        }
        self.refresh_invitation(&before).await
    }
}

impl UnitOfWork<ResendInvitation> {
    /// Sends the invitation again with a new link, which lasts as long as the first did; the link before it no longer
    /// works.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the invitation has changed since it was judged; [`StoreError::TooOften`].
    pub async fn resend(&mut self, link: &NewLink) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        self.check_invitations_of_late(before.project_space, &before.email).await?;
        let words = Words::of(self, before.project_space, before.assignment.role, before.inviter).await?;
        let mail = words.invitation_mail(self, &before.email, self.now + before.lifetime, link).await?;
        self.write_invitation(vec![
            (invitation::Column::TokenHash, Expr::val(link.token_hash.clone())),
            (invitation::Column::MailId, Expr::val(mail.0)),
            (invitation::Column::LastSentAt, Expr::val(self.now)),
            (invitation::Column::TimesSent, Expr::val(before.times_sent.saturating_add(1))),
        ])
        .await?;
        self.refresh_invitation(&before).await
    }
}

impl UnitOfWork<DeleteInvitation> {
    /// Takes the invitation back: its link no longer works.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the invitation has changed since it was judged.
    pub async fn revoke(&mut self) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        self.write_invitation(vec![(invitation::Column::State, Expr::val(InvitationState::Revoked.name()))])
            .await?;
        self.refresh_invitation(&before).await
    }
}

/// What every write on an invitation shares. Which unit of work may do what is said above.
impl<A: Action<Resource = Invitation>> UnitOfWork<A> {
    async fn write_invitation(&mut self, values: Vec<(invitation::Column, Expr)>) -> Result<(), StoreError> {
        let before = self.proof.resource();
        let mut update = invitation::Entity::update_many()
            .col_expr(invitation::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(invitation::Column::Version, Expr::val(before.version.saturating_add(1)))
            .filter(invitation::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(invitation::Column::Version.eq(before.version));
        for (column, value) in values {
            update = update.col_expr(column, value);
        }
        if update.exec(&self.tx).await?.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    async fn refresh_invitation(&mut self, before: &Invitation) -> Result<(), StoreError> {
        let after = self.read_invitation(before.id).await?;
        for (field, from, to) in differences(Some(before), &after) {
            self.changed(field, from, to);
        }
        Ok(self.proof.refresh(after)?)
    }
}

impl<A: Action> UnitOfWork<A> {
    /// The invitation as it stands in this transaction.
    async fn read_invitation(&self, id: InvitationId) -> Result<Invitation, StoreError> {
        let query = select(self.backend()).and_where(invitation::Column::Id.eq(id.0)).to_owned();
        self.one::<InvitationRow>(&query).await?.ok_or(StoreError::Stale)?.read()
    }
}

async fn insert_locations<A: Action>(
    work: &UnitOfWork<A>,
    id: InvitationId,
    space: ProjectSpaceId,
    assignment: &Assignment,
) -> Result<(), StoreError> {
    let rows =
        assignment.locations.iter().zip(0..).map(|(location, position)| invitation_location::ActiveModel {
            invitation_id: Set(id.0),
            project_space_id: Set(space.0),
            location_id: Set(location.0),
            position: Set(position),
        });
    if !assignment.locations.is_empty() {
        invitation_location::Entity::insert_many(rows).exec_without_returning(&work.tx).await?;
    }
    Ok(())
}

async fn delete_locations<A: Action>(work: &UnitOfWork<A>, id: InvitationId) -> Result<(), StoreError> {
    invitation_location::Entity::delete_many()
        .filter(invitation_location::Column::InvitationId.eq(id.0))
        .exec(&work.tx)
        .await?;
    Ok(())
}

/// What a change made of an invitation, for the audit.
fn differences(before: Option<&Invitation>, after: &Invitation) -> Vec<(&'static str, Json, Json)> {
    let fields = |it: &Invitation| -> [(&'static str, Json); 6] {
        let locations: Vec<_> = it.assignment.locations.iter().map(ToString::to_string).collect();
        [
            ("role", role_of(it.assignment.role)),
            ("locations", json!(locations)),
            ("primary_location", json!(it.assignment.primary_location.map(|id| id.to_string()))),
            ("state", json!(it.state.name())),
            ("expires_at", json!(it.expires_at())),
            ("times_sent", json!(it.times_sent)),
        ]
    };
    let before = before.map(fields);
    let from = |index: usize| before.as_ref().and_then(|all| all.get(index)).map(|(_, value)| value.clone());
    let after = fields(after).into_iter().enumerate();
    after.map(|(index, (field, to))| (field, from(index).unwrap_or(Json::Null), to)).collect()
}

pub(super) fn role_of(role: QualifiedRole) -> Json {
    match role {
        QualifiedRole::Admin => json!("admin"),
        QualifiedRole::Role(id) => json!(id.to_string()),
        QualifiedRole::None => Json::Null,
    }
}
