//! Lists of invitations: filtered, cut and counted by the database, within a scope.

use super::connection::Store;
use super::error::StoreError;
use super::invitation::{InvitationRow, LINEAGE, LOCATIONS, select};
use super::page;
use super::row_filter::{self, Column};
use crate::authz::{ReadInvitation, Scope, Visible};
use crate::domain::{
    Direction, Invitation, InvitationFilter, InvitationId, InvitationState, InvitationStatus, Page,
    PageRequest, trim,
};
use chrono::{DateTime, Utc};
use entity::{invitation, mail};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoCondition, LikeExpr, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend};

const OWNER: (&str, &str) = ("invitation", "id");

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    use invitation::Column as Own;
    let column = |column: Own| Expr::col((invitation::Entity, column));
    Some(match name {
        "id" => Column::Id(column(Own::Id)),
        "email" => Column::Text(column(Own::Email)),
        "state" => Column::Text(column(Own::State)),
        "is_admin" => Column::Boolean(column(Own::IsAdmin)),
        "role_id" => Column::MaybeId(column(Own::RoleId)),
        "location_ids" => Column::Ids(LOCATIONS, OWNER),
        "location_lineage" => Column::Ids(LINEAGE, OWNER),
        "primary_location_id" => Column::MaybeId(column(Own::PrimaryLocationId)),
        "inviter_id" => Column::MaybeId(column(Own::InviterId)),
        _ => return None,
    })
}

impl Store {
    /// The invitation with this id, if it is in scope, whatever has become of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_invitation(
        &self,
        scope: &Scope<ReadInvitation>,
        id: InvitationId,
    ) -> Result<Option<Visible<Invitation>>, StoreError> {
        let query = self.invitations_in(scope)?.and_where(invitation::Column::Id.eq(id.0)).to_owned();
        let row: Option<InvitationRow> = self.one(&query).await?;
        row.map(|row| open(scope, row)).transpose()
    }

    /// A page of the invitations in scope, the newest first. Those sent until `expired` have expired.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitations(
        &self,
        scope: &Scope<ReadInvitation>,
        filter: &InvitationFilter,
        expired: DateTime<Utc>,
        request: &PageRequest,
    ) -> Result<Page<Visible<Invitation>>, StoreError> {
        let mut query = self.invitations_in(scope)?;
        self.narrow_invitations(&mut query, filter, expired);
        let column = |column: invitation::Column| Expr::col((invitation::Entity, column));
        page::cut(
            &mut query,
            request,
            column(invitation::Column::InvitedAt),
            column(invitation::Column::Id),
            Direction::Descending,
        );
        let rows = self.all(&query).await?.into_iter().map(|row| open(scope, row));
        Ok(Page::of(rows.collect::<Result<_, _>>()?, request))
    }

    /// How many invitations are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_invitations(
        &self,
        scope: &Scope<ReadInvitation>,
        filter: &InvitationFilter,
        expired: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut query = self.invitations_in(scope)?;
        self.narrow_invitations(&mut query, filter, expired);
        self.count(query).await
    }

    fn invitations_in(&self, scope: &Scope<ReadInvitation>) -> Result<SelectStatement, StoreError> {
        Ok(select(self.backend())
            .and_where(invitation::Column::ProjectSpaceId.eq(scope.project_space().0))
            .cond_where(row_filter::rows(scope.rows(), columns)?)
            .to_owned())
    }

    fn narrow_invitations(
        &self,
        query: &mut SelectStatement,
        filter: &InvitationFilter,
        expired: DateTime<Utc>,
    ) {
        use invitation::Column as Own;
        if filter.statuses.is_empty() {
            query.and_where(Own::State.ne(InvitationState::Revoked.name()));
        } else {
            let any = filter.statuses.iter().map(|status| with_status(*status, expired));
            query.cond_where(any.fold(Condition::any(), Condition::add));
        }
        if !filter.deliveries.is_empty() {
            let mails = filter.deliveries.iter().flat_map(|delivery| delivery.of_mails());
            query.and_where(mail::Column::Status.is_in(mails.map(|status| status.name())));
        }
        if let Some(roles) = &filter.roles {
            query.and_where(Own::RoleId.is_in(roles.iter().map(|id| id.0)));
        }
        if let Some(inviters) = &filter.inviters {
            query.and_where(Own::InviterId.is_in(inviters.iter().map(|id| id.0)));
        }
        if let Some(email) = &filter.email {
            query.cond_where(self.begins_with(&trim(email).to_lowercase()));
        }
    }

    /// Addresses that begin with this. SQLite's index answers a range; PostgreSQL's order is that of a language, so there
    /// the text is compared as it is.
    fn begins_with(&self, email: &str) -> Condition {
        let column = || Expr::col((invitation::Entity, invitation::Column::Email));
        if self.backend() == DbBackend::Sqlite {
            let beyond = format!("{email}{}", char::MAX);
            return column().gte(email).and(column().lt(beyond)).into_condition();
        }
        let escaped = email.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        column().like(LikeExpr::new(format!("{escaped}%")).escape('\\')).into_condition()
    }
}

fn open(scope: &Scope<ReadInvitation>, row: InvitationRow) -> Result<Visible<Invitation>, StoreError> {
    Ok(scope.open(crate::authz::Sealed::new(row.read()?)))
}

fn with_status(status: InvitationStatus, expired: DateTime<Utc>) -> Condition {
    use invitation::Column as Own;
    let state = |state: InvitationState| Condition::all().add(Own::State.eq(state.name()));
    match status {
        InvitationStatus::Pending => state(InvitationState::Pending).add(Own::LastSentAt.gt(expired)),
        InvitationStatus::Expired => state(InvitationState::Pending).add(Own::LastSentAt.lte(expired)),
        InvitationStatus::Accepted => state(InvitationState::Accepted),
        InvitationStatus::Revoked => state(InvitationState::Revoked),
    }
}
