//! Lists of members: filtered, searched, ordered, cut and counted by the database, within a scope.

use super::connection::Store;
use super::error::StoreError;
use super::member::{LINEAGE, LOCATIONS, MemberRow, is_listed, select};
use super::page::CountOf;
use super::row_filter::{self, Column, is_storable};
use super::{page, search};
use crate::authz::{ReadWebUser, Scope, Sealed, Visible};
use crate::domain::{
    ACCESS_GRAIN, Direction, LocationId, Member, MemberFilter, MemberOrder, MembershipId, Page, PageRequest,
    ProjectSpaceId, RoleId, WebUserId,
};
use chrono::{DateTime, Utc};
use entity::{member_listing, membership};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Func, Query, SelectStatement, extension::sqlite::SqliteExpr,
};
use sea_orm::{ColumnTrait, DbBackend};
use std::collections::HashMap;

const OWNER: (&str, &str) = ("membership", "id");

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    let own = |column: membership::Column| Expr::col((membership::Entity, column));
    let listed = |column: member_listing::Column| Expr::col((member_listing::Entity, column));
    Some(match name {
        "id" => Column::Id(listed(member_listing::Column::WebUserId)),
        "email" => Column::Text(listed(member_listing::Column::Email)),
        "is_admin" => Column::Boolean(own(membership::Column::IsAdmin)),
        "is_active" => Column::Boolean(own(membership::Column::IsActive)),
        "deactivated_by" => Column::MaybeId(own(membership::Column::DeactivatedBy)),
        "role_id" => Column::MaybeId(own(membership::Column::RoleId)),
        "location_ids" => Column::Ids(LOCATIONS, OWNER),
        "location_lineage" => Column::Ids(LINEAGE, OWNER),
        "primary_location_id" => Column::MaybeId(own(membership::Column::PrimaryLocationId)),
        _ => return None,
    })
}

impl Store {
    /// The member with this id, if they are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_member(
        &self,
        scope: &Scope<ReadWebUser>,
        id: MembershipId,
    ) -> Result<Option<Visible<Member>>, StoreError> {
        let mut query = self.members_in_scope(scope)?;
        query.and_where(member_listing::Column::MembershipId.eq(id.0));
        Ok(self.opened(scope, &query).await?.pop())
    }

    /// The member with this address, if they are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_member_named(
        &self,
        scope: &Scope<ReadWebUser>,
        email: &str,
    ) -> Result<Option<Visible<Member>>, StoreError> {
        if !is_storable(email) {
            return Ok(None);
        }
        let mut query = self.members_in_scope(scope)?;
        query.and_where(member_listing::Column::Email.eq(email));
        Ok(self.opened(scope, &query).await?.pop())
    }

    /// The members with these accounts that are in scope, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn members_with_accounts(
        &self,
        scope: &Scope<ReadWebUser>,
        ids: &[WebUserId],
    ) -> Result<Vec<Visible<Member>>, StoreError> {
        let mut query = self.members_in_scope(scope)?;
        query.and_where(member_listing::Column::WebUserId.is_in(ids.iter().map(|id| id.0)));
        self.opened(scope, &query).await
    }

    /// A page of the members in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn members(
        &self,
        scope: &Scope<ReadWebUser>,
        filter: &MemberFilter,
        order: (MemberOrder, Direction),
        request: &PageRequest,
    ) -> Result<Page<Visible<Member>>, StoreError> {
        let mut query = self.members_in_scope(scope)?;
        self.narrow_members(&mut query, filter);
        let id = Expr::col((member_listing::Entity, member_listing::Column::MembershipId));
        page::cut(&mut query, request, self.member_key(order.0), id, order.1);
        Ok(Page::of(self.opened(scope, &query).await?, request))
    }

    /// How many members are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_members(
        &self,
        scope: &Scope<ReadWebUser>,
        filter: &MemberFilter,
    ) -> Result<u64, StoreError> {
        let mut query = Query::select();
        query
            .column((membership::Entity, membership::Column::Id))
            .from(member_listing::Entity)
            .inner_join(membership::Entity, is_listed());
        limit_to(&mut query, scope)?;
        self.narrow_members(&mut query, filter);
        self.count(query).await
    }

    /// How many members in scope have each of these roles, active or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn members_by_role(
        &self,
        scope: &Scope<ReadWebUser>,
        ids: &[RoleId],
    ) -> Result<HashMap<RoleId, u64>, StoreError> {
        let mut query = Query::select();
        query
            .expr_as(Expr::col((membership::Entity, membership::Column::RoleId)), "id")
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(member_listing::Entity)
            .inner_join(membership::Entity, is_listed())
            .and_where(membership::Column::RoleId.is_in(ids.iter().map(|id| id.0)))
            .group_by_col((membership::Entity, membership::Column::RoleId));
        limit_to(&mut query, scope)?;
        let counts: Vec<CountOf> = self.all(&query).await?;
        Ok(counts.into_iter().map(CountOf::pair).map(|(id, count)| (RoleId(id), count)).collect())
    }

    /// Notes that somebody used a project space at this time. To the hour: who was noted within the last one is not
    /// written again, whichever gateway noted them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_access(
        &self,
        space: ProjectSpaceId,
        person: WebUserId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let last = membership::Column::LastAccessAt;
        let update = Query::update()
            .table(membership::Entity)
            .value(last, at)
            .and_where(membership::Column::ProjectSpaceId.eq(space.0))
            .and_where(membership::Column::WebUserId.eq(person.0))
            .and_where(last.is_null().or(last.lte(at - ACCESS_GRAIN)))
            .to_owned();
        self.note(&update).await.map(drop)
    }

    async fn opened(
        &self,
        scope: &Scope<ReadWebUser>,
        query: &SelectStatement,
    ) -> Result<Vec<Visible<Member>>, StoreError> {
        let rows: Vec<MemberRow> = self.all(query).await?;
        rows.into_iter().map(|row| Ok(scope.open(Sealed::new(row.read()?)))).collect()
    }

    fn members_in_scope(&self, scope: &Scope<ReadWebUser>) -> Result<SelectStatement, StoreError> {
        let mut query = select(self.backend());
        limit_to(&mut query, scope)?;
        Ok(query)
    }

    fn member_key(&self, order: MemberOrder) -> Expr {
        use member_listing::Column as Listed;
        let column = |column: Listed| Expr::col((member_listing::Entity, column));
        match order {
            MemberOrder::Email => column(Listed::Email),
            MemberOrder::FirstName => column(Listed::FirstName),
            MemberOrder::LastName => column(Listed::LastName),
            MemberOrder::JoinedAt => column(Listed::JoinedAt),
            // To the letter as the index has it, which is what makes it answer.
            MemberOrder::LastLoginAt => Expr::cust(match self.backend() {
                DbBackend::Sqlite => "COALESCE(last_login_at, '1970-01-01T00:00:00+00:00')",
                _ => "COALESCE(last_login_at, '1970-01-01T00:00:00Z'::timestamptz)",
            }),
        }
    }

    fn narrow_members(&self, query: &mut SelectStatement, filter: &MemberFilter) {
        use membership::Column as Own;
        if let Some(email) = &filter.email {
            let is_it = member_listing::Column::Email.eq(email.as_str());
            query.and_where(if is_storable(email) { is_it } else { Expr::val(1).eq(0) });
        }
        if let Some(roles) = &filter.roles {
            query.and_where(Own::RoleId.is_in(roles.iter().map(|id| id.0)));
        }
        if let Some(is_admin) = filter.is_admin {
            query.and_where(Own::IsAdmin.eq(is_admin));
        }
        if let Some(is_active) = filter.is_active {
            query.and_where(Own::IsActive.eq(is_active));
        }
        if let Some(locations) = &filter.locations {
            query.and_where(at(locations, filter.include_sublocations));
        }
        for word in search::words(filter.search.as_deref()) {
            query.and_where(self.names_contain(&word));
        }
    }

    /// Whether a word stands anywhere in names or address. Both databases answer from an index of trigrams; a word of one
    /// or two letters has none, and is looked for in the rows that the other conditions leave.
    fn names_contain(&self, word: &str) -> Expr {
        if self.backend() == DbBackend::Sqlite && word.chars().count() >= 3 {
            let found = Query::select()
                .column(Alias::new("rowid"))
                .from(Alias::new("member_search"))
                .and_where(
                    // A quoted phrase: nothing in it is an operator of the search language.
                    Expr::col(Alias::new("member_search"))
                        .matches(format!("\"{}\"", word.replace('"', "\"\""))),
                )
                .to_owned();
            return Expr::col((member_listing::Entity, Alias::new("row_number"))).in_subquery(found);
        }
        search::contains(Expr::col((member_listing::Entity, member_listing::Column::SearchText)), word)
    }
}

fn limit_to(query: &mut SelectStatement, scope: &Scope<ReadWebUser>) -> Result<(), StoreError> {
    query
        .and_where(member_listing::Column::ProjectSpaceId.eq(scope.project_space().0))
        .cond_where(row_filter::rows(scope.rows(), columns)?);
    Ok(())
}

/// Assigned to one of these places, or also to a place below.
fn at(locations: &[LocationId], include_below: bool) -> Expr {
    let ids: Vec<_> = locations.iter().map(|id| id.0).collect();
    if include_below { LINEAGE.any_of(OWNER, ids) } else { LOCATIONS.any_of(OWNER, ids) }
}
