//! Invitations as the holder of their link finds them, and their acceptance.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::invitation::{AddressRow, InvitationRow, members, role_of, select};
use super::mail::NewMail;
use super::member;
use super::web_user;
use crate::authz::{AcceptInvitation, Sealed};
use crate::domain::{
    Invitation, InvitationLink, InvitationState, MailTemplate, NewAccount, Outdated, WebUserId,
    name_for_people,
};
use entity::{invitation, membership, project_space, role, web_user as account_row};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QueryTrait};
use serde_json::json;
use uuid::Uuid;

struct LinkRow {
    invitation: InvitationRow,
    beside: BesideRow,
}

/// What stands beside an invitation for the holder of its link.
#[derive(FromQueryResult)]
struct BesideRow {
    space_name: String,
    display_name: String,
    invite_email_only: bool,
    role_name: Option<String>,
    role_is_archived: Option<bool>,
    has_archived_location: bool,
    first_name: Option<String>,
    last_name: Option<String>,
    inviter_email: Option<String>,
    account_id: Option<Uuid>,
}

impl FromQueryResult for LinkRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            invitation: InvitationRow::from_query_result(row, prefix)?,
            beside: BesideRow::from_query_result(row, prefix)?,
        })
    }
}

impl LinkRow {
    fn read(self) -> Result<InvitationLink, StoreError> {
        let beside = self.beside;
        let outdated = if beside.role_is_archived == Some(true) {
            Some(Outdated::Role)
        } else {
            beside.has_archived_location.then_some(Outdated::Location)
        };
        let name = |email: String| {
            name_for_people(beside.first_name.as_deref(), beside.last_name.as_deref(), &email)
        };
        Ok(InvitationLink {
            invitation: self.invitation.read()?,
            project_space: beside.space_name,
            project_space_name: beside.display_name,
            invite_email_only: beside.invite_email_only,
            role_name: beside.role_name,
            outdated,
            inviter_name: beside.inviter_email.map(name),
            account: beside.account_id.map(WebUserId),
        })
    }
}

/// An archived place among those of the invitation.
const HAS_ARCHIVED_LOCATION: &str = "EXISTS (SELECT 1 FROM invitation_location assigned
    JOIN location ON location.id = assigned.location_id
    WHERE assigned.invitation_id = invitation.id AND location.is_archived)";

impl Store {
    /// The invitation whose link ends with the token of this hash: the one that was sent last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitation_link(
        &self,
        token_hash: &[u8],
    ) -> Result<Option<Sealed<InvitationLink>>, StoreError> {
        let (inviter, account) = (Alias::new("inviter"), Alias::new("account"));
        let mut query = select(self.backend());
        query
            .expr_as(Expr::col((project_space::Entity, project_space::Column::Name)), "space_name")
            .column((project_space::Entity, project_space::Column::DisplayName))
            .column((project_space::Entity, project_space::Column::InviteEmailOnly))
            .expr_as(Expr::col((role::Entity, role::Column::Name)), "role_name")
            .expr_as(Expr::col((role::Entity, role::Column::IsArchived)), "role_is_archived")
            .expr_as(Expr::cust(HAS_ARCHIVED_LOCATION), "has_archived_location")
            .column((inviter.clone(), account_row::Column::FirstName))
            .column((inviter.clone(), account_row::Column::LastName))
            .expr_as(Expr::col((inviter.clone(), account_row::Column::Email)), "inviter_email")
            .expr_as(Expr::col((account.clone(), account_row::Column::Id)), "account_id")
            .left_join(
                role::Entity,
                Expr::col((role::Entity, role::Column::Id))
                    .equals((invitation::Entity, invitation::Column::RoleId)),
            )
            .join_as(
                sea_orm::sea_query::JoinType::LeftJoin,
                account_row::Entity,
                inviter.clone(),
                Expr::col((inviter, account_row::Column::Id))
                    .equals((invitation::Entity, invitation::Column::InviterId)),
            )
            .join_as(
                sea_orm::sea_query::JoinType::LeftJoin,
                account_row::Entity,
                account.clone(),
                Expr::col((account, account_row::Column::Email))
                    .equals((invitation::Entity, invitation::Column::Email)),
            )
            .and_where(invitation::Column::TokenHash.eq(token_hash.to_vec()));
        let row: Option<LinkRow> = self.one(&query).await?;
        row.map(|row| Ok(Sealed::new(row.read()?))).transpose()
    }
}

/// Who accepts an invitation.
#[derive(Debug)]
pub enum Joining<'a> {
    /// Somebody who has an account.
    Account(WebUserId),
    /// Somebody whose account is made along with it, with the PHC string of its password.
    New(&'a NewAccount, String),
}

impl UnitOfWork<AcceptInvitation> {
    /// Marks the invitation accepted and makes who accepts it a member, unless they are one. Once: of two who come at the
    /// same moment, one gets an error and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the invitation has changed since it was judged, [`StoreError::Conflict`] when the
    /// address of a new account has one.
    pub async fn accept(&mut self, who: Joining<'_>) -> Result<WebUserId, StoreError> {
        let link = self.proof.resource().clone();
        let invited = &link.invitation;
        let is_new = matches!(who, Joining::New(..));
        let account = match who {
            Joining::Account(id) => id,
            Joining::New(new, password_hash) => {
                let new = web_user::NewAccount {
                    email: new.email.as_str(),
                    first_name: &new.first_name,
                    last_name: &new.last_name,
                    password_hash: Some(password_hash),
                };
                web_user::insert(&self.tx, self.now, new).await?
            }
        };
        self.mark_accepted(invited, account).await?;
        self.made(invited);
        self.changed("state", json!(invited.state.name()), json!(InvitationState::Accepted.name()));
        self.changed("new_account", json!(false), json!(is_new));
        self.changed("web_user", json!(null), json!(account.to_string()));

        let belongs =
            members(invited.project_space).and_where(account_row::Column::Id.eq(account.0)).to_owned();
        if self.one::<AddressRow>(&belongs).await?.is_none() {
            let space = invited.project_space;
            member::insert(&self.tx, self.now, space, account, &invited.assignment).await?;
            self.changed("role", json!(null), role_of(invited.assignment.role));
            self.changed("locations", json!([]), member::ids(&invited.assignment.locations));
        }
        self.changed("inviter", json!(null), json!(invited.inviter.map(|inviter| inviter.to_string())));
        self.tell_inviter(&link, account).await?;
        Ok(account)
    }

    async fn mark_accepted(&self, invited: &Invitation, account: WebUserId) -> Result<(), StoreError> {
        let accepted = invitation::Entity::update_many()
            .col_expr(invitation::Column::State, Expr::val(InvitationState::Accepted.name()))
            .col_expr(invitation::Column::AcceptedAt, Expr::val(self.now))
            .col_expr(invitation::Column::AcceptedById, Expr::val(account.0))
            .col_expr(invitation::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(invitation::Column::Version, Expr::val(invited.version.saturating_add(1)))
            .filter(invitation::Column::Id.eq(invited.id.0))
            .filter(invitation::Column::Version.eq(invited.version))
            .exec(&self.tx)
            .await?;
        if accepted.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// A mail to who invited, if they are still there to hear of it.
    async fn tell_inviter(&mut self, link: &InvitationLink, account: WebUserId) -> Result<(), StoreError> {
        let Some(inviter) = link.invitation.inviter else { return Ok(()) };
        let space = link.invitation.project_space;
        let query = members(space)
            .and_where(account_row::Column::Id.eq(inviter.0))
            .and_where(account_row::Column::IsActive.eq(true))
            .and_where(membership::Column::IsActive.eq(true))
            .to_owned();
        let Some(to) = self.one::<AddressRow>(&query).await? else { return Ok(()) };
        let query = account_row::Entity::find().filter(account_row::Column::Id.eq(account.0)).into_query();
        let member: account_row::Model =
            self.one(&query).await?.ok_or(StoreError::Inconsistent("account that accepted"))?;
        let name = name_for_people(Some(&member.first_name), Some(&member.last_name), &member.email);
        let mail = NewMail {
            project_space: Some(space),
            recipient: &to.email,
            template: MailTemplate::InvitationAccepted,
            data: json!({
                "member": name,
                "email": member.email,
                "role": link.role_name(),
            }),
        };
        self.queue_mail(mail).await?;
        Ok(())
    }
}
