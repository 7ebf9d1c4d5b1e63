//! Cutting a page out of a list, and counting it.

use super::connection::Store;
use super::error::StoreError;
use crate::domain::{Cursor, CursorKey, Direction, PageRequest};
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Order, Query, SelectStatement};

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

#[derive(FromQueryResult)]
struct Count {
    number: i64,
}

impl Store {
    /// How many rows a select would find.
    pub(super) async fn count(&self, query: SelectStatement) -> Result<u64, StoreError> {
        let query = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from_subquery(query, Alias::new("counted"))
            .to_owned();
        let count: Option<Count> = self.one(&query).await?;
        Ok(count.map_or(0, |count| u64::try_from(count.number).unwrap_or_default()))
    }
}
