//! Requests to be let into a project space.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::invitation::{AddressRow, InvitationRow, members, open_for};
use super::page;
use super::row_filter::{self, Column, is_storable};
use super::transaction::Transaction;
use crate::authz::{ReadAccessRequest, RejectAccessRequest, RequestAccess, Scope, Sealed, Visible};
use crate::domain::{
    ACCESS_REQUESTS_MAX, AccessRequest, AccessRequestId, AccessRequestState, Direction, Email, FrontDoor,
    MailTemplate, NewAccessRequest, Page, PageRequest, ProjectSpaceId, WebUserId,
};
use chrono::{DateTime, Utc};
use entity::{access_request, project_space, web_user};
use sea_orm::sea_query::{Expr, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Set};
use serde_json::json;

fn read(row: access_request::Model) -> Result<AccessRequest, StoreError> {
    Ok(AccessRequest {
        id: AccessRequestId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        email: Email::stored(row.email),
        full_name: row.full_name,
        message: row.message,
        account: row.account_id.map(WebUserId),
        requested_at: row.requested_at,
        state: AccessRequestState::named(&row.state)
            .ok_or(StoreError::Inconsistent("state of an access request"))?,
    })
}

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    use access_request::Column as Own;
    let column = |column: Own| Expr::col((access_request::Entity, column));
    Some(match name {
        "id" => Column::Id(column(Own::Id)),
        "email" => Column::Text(column(Own::Email)),
        "state" => Column::Text(column(Own::State)),
        "account_id" => Column::MaybeId(column(Own::AccountId)),
        _ => return None,
    })
}

/// The open requests in scope.
fn select(scope: &Scope<ReadAccessRequest>) -> Result<SelectStatement, StoreError> {
    Ok(access_request::Entity::find()
        .filter(access_request::Column::ProjectSpaceId.eq(scope.project_space().0))
        .filter(access_request::Column::State.eq(AccessRequestState::Open.name()))
        .into_query()
        .cond_where(row_filter::rows(scope.rows(), columns)?)
        .to_owned())
}

#[derive(FromQueryResult)]
struct OpenRequests {
    number: i64,
}

impl Store {
    /// The project space of this name, if strangers may ask to be let in there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn front_door(&self, name: &str) -> Result<Option<Sealed<FrontDoor>>, StoreError> {
        if !is_storable(name) {
            return Ok(None);
        }
        let query = project_space::Entity::find()
            .filter(project_space::Column::Name.eq(name))
            .filter(project_space::Column::AllowAccessRequests.eq(true))
            .into_query();
        let row: Option<project_space::Model> = self.one(&query).await?;
        Ok(row.map(|row| Sealed::new(FrontDoor { project_space: ProjectSpaceId(row.id) })))
    }

    /// A request, answered or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn access_request(
        &self,
        id: AccessRequestId,
    ) -> Result<Option<Sealed<AccessRequest>>, StoreError> {
        let query = access_request::Entity::find().filter(access_request::Column::Id.eq(id.0)).into_query();
        self.one(&query).await?.map(|row| Ok(Sealed::new(read(row)?))).transpose()
    }

    /// The open request with this id, if it is in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_access_request(
        &self,
        scope: &Scope<ReadAccessRequest>,
        id: AccessRequestId,
    ) -> Result<Option<Visible<AccessRequest>>, StoreError> {
        let query = select(scope)?.and_where(access_request::Column::Id.eq(id.0)).to_owned();
        self.one(&query).await?.map(|row| Ok(scope.open(Sealed::new(read(row)?)))).transpose()
    }

    /// A page of the open requests in scope, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn access_requests(
        &self,
        scope: &Scope<ReadAccessRequest>,
        request: &PageRequest,
    ) -> Result<Page<Visible<AccessRequest>>, StoreError> {
        let mut query = select(scope)?;
        page::cut(
            &mut query,
            request,
            Expr::col((access_request::Entity, access_request::Column::RequestedAt)),
            Expr::col((access_request::Entity, access_request::Column::Id)),
            Direction::Ascending,
        );
        let rows = self.all(&query).await?.into_iter().map(|row| Ok(scope.open(Sealed::new(read(row)?))));
        Ok(Page::of(rows.collect::<Result<_, StoreError>>()?, request))
    }

    /// How many open requests are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_access_requests(&self, scope: &Scope<ReadAccessRequest>) -> Result<u64, StoreError> {
        self.count(select(scope)?).await
    }
}

impl UnitOfWork<RequestAccess> {
    /// Keeps the request and tells the admins. Nothing, when the address belongs to a member, is invited, or when too
    /// many requests wait for an answer.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the address has an open request.
    pub async fn request(&mut self, new: &NewAccessRequest) -> Result<Option<AccessRequest>, StoreError> {
        let space = self.proof.resource().project_space;
        if self.is_known(space, &new.email).await? || self.open_requests(space).await? >= ACCESS_REQUESTS_MAX
        {
            return Ok(None);
        }
        let made = AccessRequest {
            id: AccessRequestId::fresh(self.now),
            project_space: space,
            email: new.email.clone(),
            full_name: new.full_name.clone(),
            message: new.message.clone(),
            account: new.account,
            requested_at: self.now,
            state: AccessRequestState::Open,
        };
        let row = access_request::ActiveModel {
            id: Set(made.id.0),
            project_space_id: Set(space.0),
            email: Set(made.email.to_string()),
            full_name: Set(made.full_name.clone()),
            message: Set(made.message.clone()),
            account_id: Set(made.account.map(|id| id.0)),
            state: Set(made.state.name().to_owned()),
            requested_at: Set(self.now),
            answered_at: Set(None),
        };
        access_request::Entity::insert(row).exec_without_returning(&self.tx).await?;
        let data = json!({
            "name": made.full_name,
            "email": made.email.as_str(),
            "message": made.message,
        });
        self.queue_mail_to_admins(space, MailTemplate::AccessRequest, data).await?;
        self.made(&made);
        self.changed("email", json!(null), json!(made.email.as_str()));
        Ok(Some(made))
    }

    /// Whether the address belongs to a member, or to an invitation that can be accepted.
    async fn is_known(&self, space: ProjectSpaceId, email: &Email) -> Result<bool, StoreError> {
        let member = members(space).and_where(web_user::Column::Email.eq(email.as_str())).to_owned();
        if self.one::<AddressRow>(&member).await?.is_some() {
            return Ok(true);
        }
        let invited: Option<InvitationRow> = self.one(&open_for(self.backend(), space, email)).await?;
        Ok(invited.map(InvitationRow::read).transpose()?.is_some_and(|open| open.expires_at() > self.now))
    }

    /// How many wait for an answer. Two who ask at the same moment may both be the last one: the bound is against floods.
    async fn open_requests(&self, space: ProjectSpaceId) -> Result<u64, StoreError> {
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(access_request::Entity)
            .and_where(access_request::Column::ProjectSpaceId.eq(space.0))
            .and_where(access_request::Column::State.eq(AccessRequestState::Open.name()))
            .to_owned();
        let count: Option<OpenRequests> = self.one(&query).await?;
        Ok(count.map_or(0, |count| u64::try_from(count.number).unwrap_or_default()))
    }
}

impl UnitOfWork<RejectAccessRequest> {
    /// Says no. Nobody is told: who asked may not even own the address.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody has answered it since it was judged.
    pub async fn reject(&mut self) -> Result<(), StoreError> {
        let request = self.proof.resource().clone();
        let answered = answer(AccessRequestState::Rejected, self.now)
            .filter(access_request::Column::Id.eq(request.id.0))
            .exec(&self.tx)
            .await?;
        if answered.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        self.changed("email", json!(request.email.as_str()), json!(null));
        self.changed("state", json!(request.state.name()), json!(AccessRequestState::Rejected.name()));
        Ok(())
    }
}

/// An answer to whichever open requests it is narrowed to.
fn answer(state: AccessRequestState, now: DateTime<Utc>) -> sea_orm::UpdateMany<access_request::Entity> {
    access_request::Entity::update_many()
        .col_expr(access_request::Column::State, Expr::val(state.name()))
        .col_expr(access_request::Column::AnsweredAt, Expr::val(now))
        .filter(access_request::Column::State.eq(AccessRequestState::Open.name()))
}

/// Approves the open request of an address, if there is one; and says which account asked, if it was signed in.
pub(super) async fn approve(
    tx: &Transaction,
    now: DateTime<Utc>,
    space: ProjectSpaceId,
    email: &Email,
) -> Result<Option<Option<WebUserId>>, StoreError> {
    let approved = answer(AccessRequestState::Approved, now)
        .filter(access_request::Column::ProjectSpaceId.eq(space.0))
        .filter(access_request::Column::Email.eq(email.as_str()))
        .exec_with_returning(tx)
        .await?;
    Ok(approved.first().map(|row| row.account_id.map(WebUserId)))
}
