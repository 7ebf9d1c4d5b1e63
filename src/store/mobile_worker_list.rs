//! Lists of mobile workers: filtered, searched, ordered, cut and counted by the database, within a scope.

use super::connection::Store;
use super::error::StoreError;
use super::mobile_worker::{GROUPS, LINEAGE, LOCATIONS, sealed, select};
use super::page::CountOf;
use super::row_filter::{self, Column};
use super::{page, search};
use crate::authz::{Action, ReadMobileWorker, Scope, Visible};
use crate::domain::{
    Direction, GroupId, LocationId, MobileWorker, MobileWorkerFilter, MobileWorkerId, MobileWorkerOrder,
    MobileWorkerStatus, Page, PageRequest, RoleId,
};
use entity::mobile_worker;
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Func, Order, Query, SelectStatement, extension::sqlite::SqliteExpr,
};
use sea_orm::{ColumnTrait, DbBackend, FromQueryResult};
use std::collections::HashMap;
use uuid::Uuid;

const OWNER: (&str, &str) = ("mobile_worker", "id");

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    use mobile_worker::Column as Own;
    let column = |column: Own| Expr::col((mobile_worker::Entity, column));
    Some(match name {
        "id" => Column::Id(column(Own::Id)),
        "username" => Column::Text(column(Own::Username)),
        "status" => Column::Text(column(Own::Status)),
        "role_id" => Column::MaybeId(column(Own::RoleId)),
        "location_ids" => Column::Ids(LOCATIONS, OWNER),
        "location_lineage" => Column::Ids(LINEAGE, OWNER),
        "primary_location_id" => Column::MaybeId(column(Own::PrimaryLocationId)),
        "group_ids" => Column::Ids(GROUPS, OWNER),
        "language" => Column::MaybeText(column(Own::Language)),
        "profile_id" => Column::MaybeId(column(Own::ProfileId)),
        _ => return None,
    })
}

/// Which workers count as members of a group: CommCare leaves out who may not sign in, unless asked (reference §7).
fn members(include_inactive: bool) -> MobileWorkerFilter {
    let statuses = if include_inactive { Vec::new() } else { vec![MobileWorkerStatus::Active] };
    MobileWorkerFilter { statuses, ..MobileWorkerFilter::default() }
}

/// Who is in which group.
#[derive(FromQueryResult)]
struct MemberIds {
    group_id: Uuid,
    worker_id: Uuid,
}

impl Store {
    /// The worker with this id, if it is in scope; a deleted one too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_mobile_worker(
        &self,
        scope: &Scope<ReadMobileWorker>,
        id: MobileWorkerId,
    ) -> Result<Option<Visible<MobileWorker>>, StoreError> {
        let query = self.in_scope(scope)?.and_where(mobile_worker::Column::Id.eq(id.0)).to_owned();
        self.one(&query).await?.map(|row| Ok(scope.open(sealed(row)?))).transpose()
    }

    /// The worker with this username, if it is in scope; a deleted one too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_mobile_worker_named(
        &self,
        scope: &Scope<ReadMobileWorker>,
        username: &str,
    ) -> Result<Option<Visible<MobileWorker>>, StoreError> {
        if !row_filter::is_storable(username) {
            return Ok(None);
        }
        let query = self.in_scope(scope)?.and_where(mobile_worker::Column::Username.eq(username)).to_owned();
        self.one(&query).await?.map(|row| Ok(scope.open(sealed(row)?))).transpose()
    }

    /// A page of the workers in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mobile_workers(
        &self,
        scope: &Scope<ReadMobileWorker>,
        filter: &MobileWorkerFilter,
        order: (MobileWorkerOrder, Direction),
        request: &PageRequest,
    ) -> Result<Page<Visible<MobileWorker>>, StoreError> {
        let query = self.cut(scope, filter, order, request)?;
        let rows = self.all(&query).await?.into_iter().map(|row| Ok(scope.open(sealed(row)?)));
        Ok(Page::of(rows.collect::<Result<_, StoreError>>()?, request))
    }

    /// How many workers are in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_mobile_workers(
        &self,
        scope: &Scope<ReadMobileWorker>,
        filter: &MobileWorkerFilter,
    ) -> Result<u64, StoreError> {
        let mut query = Query::select();
        query.column((mobile_worker::Entity, mobile_worker::Column::Id)).from(mobile_worker::Entity);
        limit_to(&mut query, scope)?;
        self.narrow(&mut query, filter);
        self.count(query).await
    }

    /// How many workers in scope have each of these roles of their own, but for the deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mobile_workers_by_role(
        &self,
        scope: &Scope<ReadMobileWorker>,
        ids: &[RoleId],
    ) -> Result<HashMap<RoleId, u64>, StoreError> {
        let mut query = Query::select();
        query
            .expr_as(Expr::col((mobile_worker::Entity, mobile_worker::Column::RoleId)), "id")
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(mobile_worker::Entity)
            .and_where(mobile_worker::Column::RoleId.is_in(ids.iter().map(|id| id.0)))
            .and_where(mobile_worker::Column::Status.ne(MobileWorkerStatus::Deleted.name()))
            .group_by_col((mobile_worker::Entity, mobile_worker::Column::RoleId));
        limit_to(&mut query, scope)?;
        let counts: Vec<CountOf> = self.all(&query).await?;
        Ok(counts.into_iter().map(CountOf::pair).map(|(id, count)| (RoleId(id), count)).collect())
    }

    /// The workers with these ids that are in scope, in no order; deleted ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mobile_workers_with_ids<A: Action<Resource = MobileWorker>>(
        &self,
        scope: &Scope<A>,
        ids: &[MobileWorkerId],
    ) -> Result<Vec<Visible<MobileWorker>>, StoreError> {
        let mut query = self.in_scope(scope)?;
        query.and_where(mobile_worker::Column::Id.is_in(ids.iter().map(|id| id.0)));
        self.all(&query).await?.into_iter().map(|row| Ok(scope.open(sealed(row)?))).collect()
    }

    /// The same part of each of these groups' members in scope who may sign in, or of all, by username, in one statement.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn members_of(
        &self,
        scope: &Scope<ReadMobileWorker>,
        groups: &[GroupId],
        include_inactive: bool,
        request: &PageRequest,
    ) -> Result<HashMap<GroupId, Page<Visible<MobileWorker>>>, StoreError> {
        let order = (MobileWorkerOrder::Username, Direction::Ascending);
        let mut lists = Vec::new();
        for group in groups {
            let filter = MobileWorkerFilter { groups: Some(vec![*group]), ..members(include_inactive) };
            lists.push((group.0, self.cut(scope, &filter, order, request)?));
        }
        let mut found = self.lists(lists, ["username", "id"]).await?;
        let page = |group: &GroupId| {
            let rows = found.remove(&group.0).unwrap_or_default().into_iter();
            let rows = rows.map(|row| Ok(scope.open(sealed(row)?))).collect::<Result<_, StoreError>>()?;
            Ok((*group, Page::of(rows, request)))
        };
        groups.iter().map(page).collect()
    }

    /// How many members in scope each of these groups has, who may sign in or in all, in one statement; nothing for none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_members_of(
        &self,
        scope: &Scope<ReadMobileWorker>,
        groups: &[GroupId],
        include_inactive: bool,
    ) -> Result<HashMap<GroupId, u64>, StoreError> {
        let member = |column: &'static str| Expr::col((Alias::new(GROUPS.table), Alias::new(column)));
        let mut query = Query::select();
        query
            .expr_as(member(GROUPS.item), page::OWNER)
            .from(mobile_worker::Entity)
            .inner_join(Alias::new(GROUPS.table), member(GROUPS.owner).equals(OWNER))
            .and_where(member(GROUPS.item).is_in(groups.iter().map(|id| id.0)));
        limit_to(&mut query, scope)?;
        self.narrow(&mut query, &members(include_inactive));
        let counts = self.counts(query).await?;
        Ok(counts.into_iter().map(|(id, number)| (GroupId(id), number)).collect())
    }

    /// The ids of those members of each of these groups that are in scope and may sign in, by username, in one statement.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn member_ids_of(
        &self,
        scope: &Scope<ReadMobileWorker>,
        groups: &[GroupId],
    ) -> Result<HashMap<GroupId, Vec<MobileWorkerId>>, StoreError> {
        let member = |column: &'static str| Expr::col((Alias::new(GROUPS.table), Alias::new(column)));
        let mut query = Query::select();
        query
            .expr_as(member(GROUPS.item), "group_id")
            .expr_as(member(GROUPS.owner), "worker_id")
            .from(mobile_worker::Entity)
            .inner_join(Alias::new(GROUPS.table), member(GROUPS.owner).equals(OWNER))
            .and_where(member(GROUPS.item).is_in(groups.iter().map(|id| id.0)))
            .order_by((mobile_worker::Entity, mobile_worker::Column::Username), Order::Asc);
        limit_to(&mut query, scope)?;
        self.narrow(&mut query, &members(false));
        let mut found: HashMap<GroupId, Vec<MobileWorkerId>> = HashMap::new();
        for row in self.all::<MemberIds>(&query).await? {
            found.entry(GroupId(row.group_id)).or_default().push(MobileWorkerId(row.worker_id));
        }
        Ok(found)
    }

    /// The part of the workers in scope that is asked for.
    fn cut(
        &self,
        scope: &Scope<ReadMobileWorker>,
        filter: &MobileWorkerFilter,
        (order, direction): (MobileWorkerOrder, Direction),
        request: &PageRequest,
    ) -> Result<SelectStatement, StoreError> {
        let mut query = self.in_scope(scope)?;
        self.narrow(&mut query, filter);
        let id = Expr::col((mobile_worker::Entity, mobile_worker::Column::Id));
        page::cut(&mut query, request, self.key(order), id, direction);
        Ok(query)
    }

    fn in_scope<A: Action<Resource = MobileWorker>>(
        &self,
        scope: &Scope<A>,
    ) -> Result<SelectStatement, StoreError> {
        let mut query = select(self.backend());
        limit_to(&mut query, scope)?;
        Ok(query)
    }

    fn key(&self, order: MobileWorkerOrder) -> Expr {
        use mobile_worker::Column as Own;
        let column = |column: Own| Expr::col((mobile_worker::Entity, column));
        match order {
            MobileWorkerOrder::Username => column(Own::Username),
            MobileWorkerOrder::FirstName => column(Own::FirstName),
            MobileWorkerOrder::LastName => column(Own::LastName),
            MobileWorkerOrder::CreatedAt => column(Own::CreatedAt),
            MobileWorkerOrder::LinkStatus => column(Own::PersonalIdStatus),
            // To the letter as the index has it, which is what makes it answer.
            MobileWorkerOrder::LastLoginAt => Expr::cust(match self.backend() {
                DbBackend::Sqlite => "COALESCE(last_login_at, '1970-01-01T00:00:00+00:00')",
                _ => "COALESCE(last_login_at, '1970-01-01T00:00:00Z'::timestamptz)",
            }),
        }
    }

    fn narrow(&self, query: &mut SelectStatement, filter: &MobileWorkerFilter) {
        use mobile_worker::Column as Own;
        if filter.statuses.is_empty() {
            let living =
                MobileWorkerStatus::ALL.into_iter().filter(|status| *status != MobileWorkerStatus::Deleted);
            query.and_where(Own::Status.is_in(living.map(MobileWorkerStatus::name)));
        } else {
            query.and_where(Own::Status.is_in(filter.statuses.iter().map(|status| status.name())));
        }
        if !filter.link_statuses.is_empty() {
            let wanted = filter.link_statuses.iter().map(|status| status.name());
            query.and_where(Own::PersonalIdStatus.is_in(wanted));
        }
        for (column, wanted) in [(Own::Username, &filter.username), (Own::Email, &filter.email)] {
            match wanted.as_deref() {
                None => {}
                Some(text) if row_filter::is_storable(text) => drop(query.and_where(column.eq(text))),
                Some(_) => drop(query.and_where(Expr::val(1).eq(0))),
            }
        }
        if let Some(roles) = &filter.roles {
            query.and_where(Own::RoleId.is_in(roles.iter().map(|id| id.0)));
        }
        if let Some(groups) = &filter.groups {
            query.and_where(GROUPS.any_of(OWNER, groups.iter().map(|id| id.0).collect()));
        }
        if let Some(profiles) = &filter.user_profiles {
            query.and_where(Own::ProfileId.is_in(profiles.iter().map(|id| id.0)));
        }
        if let Some(locations) = &filter.locations {
            query.and_where(at(locations, filter.include_sublocations));
        }
        if let Some(after) = filter.created_after {
            query.and_where(Own::CreatedAt.gt(after));
        }
        if let Some(before) = filter.created_before {
            query.and_where(Own::CreatedAt.lt(before));
        }
        if let Some(after) = filter.updated_after {
            query.and_where(Own::UpdatedAt.gt(after));
        }
        for word in search::words(filter.search.as_deref()) {
            query.and_where(self.contains(&word));
        }
    }

    /// Whether a word stands anywhere in what people look for. Both databases answer from an index of trigrams; a word
    /// of one or two letters has none, and is looked for in the rows that the other conditions leave.
    fn contains(&self, word: &str) -> Expr {
        if self.backend() == DbBackend::Sqlite && word.chars().count() >= 3 {
            let found = Query::select()
                .column(Alias::new("rowid"))
                .from(Alias::new("mobile_worker_search"))
                .and_where(
                    // A quoted phrase: nothing in it is an operator of the search language.
                    Expr::col(Alias::new("mobile_worker_search"))
                        .matches(format!("\"{}\"", word.replace('"', "\"\""))),
                )
                .to_owned();
            return Expr::col((mobile_worker::Entity, Alias::new("row_number"))).in_subquery(found);
        }
        search::contains(Expr::col((mobile_worker::Entity, mobile_worker::Column::SearchText)), word)
    }
}

fn limit_to<A: Action<Resource = MobileWorker>>(
    query: &mut SelectStatement,
    scope: &Scope<A>,
) -> Result<(), StoreError> {
    query
        .and_where(mobile_worker::Column::ProjectSpaceId.eq(scope.project_space().0))
        .cond_where(row_filter::rows(scope.rows(), columns)?);
    Ok(())
}

/// Assigned to one of these places, or also to a place below.
fn at(locations: &[LocationId], include_below: bool) -> Expr {
    let ids: Vec<_> = locations.iter().map(|id| id.0).collect();
    if include_below { LINEAGE.any_of(OWNER, ids) } else { LOCATIONS.any_of(OWNER, ids) }
}
