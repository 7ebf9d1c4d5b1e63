//! Lists of ids that hang on a row, read in the row's own statement, so that a page costs one statement however long
//! it is.

use super::error::StoreError;
use sea_orm::DbBackend;
use sea_orm::sea_query::{Alias, Expr};
use uuid::Uuid;

/// A table that ties rows to others, as its owner sees it.
pub(super) struct Link {
    /// The table.
    pub table: &'static str,
    /// Its column with the owner's id.
    pub owner: &'static str,
    /// Its column with the other's id.
    pub item: &'static str,
    /// What the items are sorted by.
    pub order: &'static str,
}

impl Link {
    /// The items' ids as one text, 32 hexadecimal digits each with commas between; null when there are none. The names
    /// are constants of our own, never input.
    pub(super) fn ids_of(&self, backend: DbBackend, owner: &str) -> Expr {
        let Self { table, owner: link_owner, item, order } = self;
        Expr::cust(match backend {
            DbBackend::Sqlite => format!(
                "(SELECT group_concat(lower(hex({item})), ',' ORDER BY {order}) FROM {table} WHERE {link_owner} = {owner})"
            ),
            _ => format!(
                "(SELECT string_agg(replace({item}::text, '-', ''), ',' ORDER BY {order}) FROM {table} WHERE {link_owner} = {owner})"
            ),
        })
    }

    /// The same in no order, each id once: several of an owner's items may lead to one.
    pub(super) fn distinct_ids_of(&self, backend: DbBackend, owner: &str) -> Expr {
        let Self { table, owner: link_owner, item, .. } = self;
        Expr::cust(match backend {
            DbBackend::Sqlite => format!(
                "(SELECT group_concat(DISTINCT lower(hex({item}))) FROM {table} WHERE {link_owner} = {owner})"
            ),
            _ => format!(
                "(SELECT string_agg(DISTINCT replace({item}::text, '-', ''), ',') FROM {table} WHERE {link_owner} = {owner})"
            ),
        })
    }

    /// Whether the owner has any item at all.
    pub(super) fn any(&self, owner: (&'static str, &'static str)) -> Expr {
        Expr::exists(self.select(owner))
    }

    /// Whether the owner has one of these items.
    pub(super) fn any_of(&self, owner: (&'static str, &'static str), items: Vec<Uuid>) -> Expr {
        use sea_orm::sea_query::ExprTrait;
        let mut query = self.select(owner);
        query.and_where(Expr::col((Alias::new(self.table), Alias::new(self.item))).is_in(items));
        Expr::exists(query)
    }

    fn select(&self, (table, column): (&'static str, &'static str)) -> sea_orm::sea_query::SelectStatement {
        use sea_orm::sea_query::ExprTrait;
        sea_orm::sea_query::Query::select()
            .expr(Expr::val(1))
            .from(Alias::new(self.table))
            .and_where(
                Expr::col((Alias::new(self.table), Alias::new(self.owner)))
                    .equals((Alias::new(table), Alias::new(column))),
            )
            .to_owned()
    }
}

/// Reads what [`Link::ids_of`] made.
pub(super) fn parse_ids(ids: Option<&str>) -> Result<Vec<Uuid>, StoreError> {
    let parse = |id: &str| Uuid::try_parse(id).map_err(|_| StoreError::Inconsistent("list of ids"));
    ids.map_or_else(|| Ok(Vec::new()), |ids| ids.split(',').map(parse).collect())
}
