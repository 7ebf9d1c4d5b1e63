//! A policy's row filter as SQL. It must say of every row what [`Condition::holds`] says of the row's attributes, so a
//! comparison with nothing is false, never unknown.

use super::error::StoreError;
use super::link::Link;
use crate::authz::{Condition, Rows, Value};
use sea_orm::sea_query::{Condition as SqlCondition, Expr, ExprTrait, IntoCondition};
use uuid::Uuid;

/// How an attribute of a noun is kept.
pub(super) enum Column {
    /// An id.
    Id(Expr),
    /// An id or nothing.
    MaybeId(Expr),
    /// A text.
    Text(Expr),
    /// A text or nothing.
    MaybeText(Expr),
    /// A truth.
    Boolean(Expr),
    /// A list of ids in a table of its own; the table and column of the owner's id.
    Ids(Link, (&'static str, &'static str)),
}

/// The attributes of a noun that a row filter may name; nothing for any other.
pub(super) type Columns = fn(&str) -> Option<Column>;

/// The rows of a scope as a condition.
///
/// # Errors
/// [`StoreError::Inconsistent`] when the filter names what cannot be filtered by: the caller is denied.
pub(super) fn rows(rows: &Rows, columns: Columns) -> Result<SqlCondition, StoreError> {
    match rows {
        Rows::Everything => Ok(SqlCondition::all()),
        Rows::Nothing => Ok(Expr::val(1).eq(0).into_condition()),
        Rows::Only(condition) => sql(condition, columns),
    }
}

fn sql(condition: &Condition, columns: Columns) -> Result<SqlCondition, StoreError> {
    let column = |name: &str| columns(name).ok_or(StoreError::Inconsistent("row filter: it names no column"));
    let never = || Expr::val(1).eq(0);
    Ok(match condition {
        // An empty `all` holds and an empty `any` does not. SQL's builder would leave both out.
        Condition::AllOf(parts) if parts.is_empty() => Expr::val(1).eq(1).into_condition(),
        Condition::AnyOf(parts) if parts.is_empty() => never().into_condition(),
        Condition::AllOf(parts) => parts
            .iter()
            .try_fold(SqlCondition::all(), |all, part| Ok::<_, StoreError>(all.add(sql(part, columns)?)))?,
        Condition::AnyOf(parts) => parts
            .iter()
            .try_fold(SqlCondition::any(), |any, part| Ok::<_, StoreError>(any.add(sql(part, columns)?)))?,
        Condition::Not(part) => SqlCondition::all().not().add(sql(part, columns)?),
        Condition::Equals(name, wanted) => match (column(name)?, wanted) {
            (Column::Id(expr) | Column::MaybeId(expr), Value::Text(text)) => match id(text) {
                Some(id) => known(expr, |expr| expr.eq(id)),
                None => never().into_condition(),
            },
            (Column::Text(expr) | Column::MaybeText(expr), Value::Text(text)) if is_storable(text) => {
                known(expr, |expr| expr.eq(text.as_str()))
            }
            (Column::Boolean(expr), Value::Boolean(truth)) => expr.eq(*truth).into_condition(),
            (Column::MaybeId(expr) | Column::MaybeText(expr), Value::Nothing) => {
                expr.is_null().into_condition()
            }
            // A value of another type is not equal.
            _ => never().into_condition(),
        },
        Condition::OneOf(name, wanted) => match column(name)? {
            Column::Id(expr) | Column::MaybeId(expr) => known(expr, |expr| expr.is_in(ids(wanted))),
            Column::Text(expr) | Column::MaybeText(expr) => {
                let wanted = wanted.iter().map(String::as_str).filter(|text| is_storable(text));
                known(expr, |expr| expr.is_in(wanted))
            }
            Column::Boolean(_) | Column::Ids(..) => never().into_condition(),
        },
        Condition::AnyInCommon(name, wanted) => match column(name)? {
            Column::Ids(link, owner) => link.any_of(owner, ids(wanted)).into_condition(),
            _ => never().into_condition(),
        },
        Condition::IsNothing(name) => match column(name)? {
            Column::MaybeId(expr) | Column::MaybeText(expr) => expr.is_null().into_condition(),
            Column::Ids(link, owner) => link.any(owner).not().into_condition(),
            Column::Id(_) | Column::Text(_) | Column::Boolean(_) => never().into_condition(),
        },
    })
}

/// True where the value is known and the comparison holds, and false otherwise, also for NULL.
fn known(expr: Expr, compare: impl FnOnce(Expr) -> Expr) -> SqlCondition {
    SqlCondition::all().add(expr.clone().is_not_null()).add(compare(expr))
}

/// Ids in the form that policies see: 32 lower-case digits. Anything else equals none.
fn id(text: &str) -> Option<Uuid> {
    let lower = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if lower { Uuid::try_parse(text).ok() } else { None }
}

/// PostgreSQL has no text with a NUL in it, and takes none to compare with: nothing is equal to it.
pub(super) fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

fn ids(texts: &[String]) -> Vec<Uuid> {
    texts.iter().filter_map(|text| id(text)).collect()
}
