//! Cutting a page out of a list, and counting it.

use super::connection::Store;
use super::error::StoreError;
use crate::domain::{Cursor, CursorKey, Direction, PageRequest};
use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use std::collections::HashMap;
use uuid::Uuid;

/// Orders by a column and the id, and asks for one row more than the page holds: that there is one more shows that the
/// list goes on. The comparison is of whole rows, `(name, id) > (?, ?)`, which an index answers on both databases.
pub(super) fn cut(
    query: &mut SelectStatement,
    request: &PageRequest,
    key: Expr,
    id: Expr,
    direction: Direction,
) {
    let ascending = direction == Direction::Ascending;
    let beyond = |cursor: &Cursor, greater: bool| {
        let place = Expr::tuple([
            match &cursor.key {
                CursorKey::Text(text) => Expr::val(text.as_str()),
                CursorKey::Time(time) => Expr::val(*time),
                CursorKey::Number(number) => Expr::val(*number),
            },
            Expr::val(cursor.id),
        ]);
        let row = Expr::tuple([key.clone(), id.clone()]);
        if greater { row.gt(place) } else { row.lt(place) }
    };
    let mut forwards = ascending;
    match request {
        PageRequest::Keyset { from_end, after, before, .. } => {
            if let Some(after) = after {
                query.and_where(beyond(after, ascending));
            }
            if let Some(before) = before {
                query.and_where(beyond(before, !ascending));
            }
            if *from_end {
                forwards = !forwards;
            }
        }
        PageRequest::Offset { offset, .. } => {
            query.offset(u64::from(*offset));
        }
    }
    let order = if forwards { Order::Asc } else { Order::Desc };
    query
        .order_by_expr(key.clone(), order.clone())
        .order_by_expr(id.clone(), order)
        .limit(u64::from(request.limit()) + 1);
}

/// The answer to a count.
#[derive(FromQueryResult)]
pub(super) struct Count {
    number: i64,
}

impl Count {
    pub(super) fn of(self) -> u64 {
        u64::try_from(self.number).unwrap_or_default()
    }
}

/// How many rows have something.
#[derive(FromQueryResult)]
pub(super) struct CountOf {
    id: Uuid,
    number: i64,
}

impl CountOf {
    pub(super) fn pair(self) -> (Uuid, u64) {
        (self.id, u64::try_from(self.number).unwrap_or_default())
    }
}

impl Store {
    /// How many rows a select would find.
    pub(super) async fn count(&self, query: SelectStatement) -> Result<u64, StoreError> {
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from_subquery(query, Alias::new("counted"))
            .to_owned();
        let count: Option<Count> = self.one(&query).await?;
        Ok(count.map_or(0, Count::of))
    }

    /// The same rows of several lists at once, in one statement: a group's members for every group of a page. Each list
    /// is a select by itself, cut as [`cut`] does, so that it costs what it shows; `order` names the columns that all
    /// of them are cut by.
    pub(super) async fn lists<M: FromQueryResult>(
        &self,
        lists: impl IntoIterator<Item = (Uuid, SelectStatement)>,
        order: [&'static str; 2],
    ) -> Result<HashMap<Uuid, Vec<M>>, StoreError> {
        let mut parts = lists.into_iter().map(|(owner, list)| {
            Query::select()
                .expr_as(Expr::val(owner), OWNER)
                .column((Alias::new("part"), Asterisk))
                .from_subquery(list, Alias::new("part"))
                .to_owned()
        });
        let Some(mut all) = parts.next() else { return Ok(HashMap::new()) };
        for part in parts {
            all.union(UnionType::All, part);
        }
        let mut query = Query::select().column(Asterisk).from_subquery(all, Alias::new("lists")).to_owned();
        for column in order {
            query.order_by(Alias::new(column), Order::Asc);
        }
        let mut found: HashMap<Uuid, Vec<M>> = HashMap::new();
        for Owned { owner, row } in self.all(&query).await? {
            found.entry(owner).or_default().push(row);
        }
        Ok(found)
    }

    /// How many rows several lists have, in one statement. The select gives each row's owner as [`OWNER`].
    pub(super) async fn counts(&self, query: SelectStatement) -> Result<HashMap<Uuid, u64>, StoreError> {
        let query = Query::select()
            .column(OWNER)
            .expr_as(Func::count(Expr::val(1)), "number")
            .from_subquery(query, Alias::new("counted"))
            .group_by_col(OWNER)
            .to_owned();
        let counts: Vec<Owned<Count>> = self.all(&query).await?;
        let number = |count: &Count| u64::try_from(count.number).unwrap_or_default();
        Ok(counts.iter().map(|Owned { owner, row }| (*owner, number(row))).collect())
    }
}

/// The column that says whose list a row is in.
pub(super) const OWNER: &str = "owner_id";

/// A row of one of several lists.
struct Owned<M> {
    owner: Uuid,
    row: M,
}

impl<M: FromQueryResult> FromQueryResult for Owned<M> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self { owner: row.try_get(prefix, OWNER)?, row: M::from_query_result(row, prefix)? })
    }
}
