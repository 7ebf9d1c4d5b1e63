//! Relay connections: arguments in, page out.

use super::context::ContextExt;
use super::error::ErrorCode;
use crate::domain::page::{FIRST_DEFAULT, FIRST_MAX};
use crate::domain::{Cursor, InvalidId, Page, PageRequest};
use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, ID, OutputType, Result};

/// The paging arguments of a connection.
#[derive(Debug, Default)]
pub struct PageArguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl PageArguments {
    /// The page asked for. `list` names the list and its order: cursors of another are refused.
    pub fn request(&self, ctx: &Context<'_>, list: &str) -> Result<PageRequest> {
        let bad = |message: String| ErrorCode::BadRequest.with(message);
        let (count, name, from_end) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(bad("give `first` or `last`, not both".to_owned())),
            (None, Some(last)) => (last, "last", true),
            (first, None) => (first.unwrap_or(i32::try_from(FIRST_DEFAULT)?), "first", false),
        };
        let limit = u32::try_from(count).ok().filter(|count| *count <= FIRST_MAX);
        let limit = limit.ok_or_else(|| bad(format!("`{name}` must be between 0 and {FIRST_MAX}")))?;
        let open = |argument: &str, cursor: &Option<String>| -> Result<Option<Cursor>> {
            let opened = cursor.as_ref().map(|text| ctx.services().cursors.open(list, text)).transpose();
            opened.map_err(|error| bad(format!("`{argument}`: {error}")))
        };
        Ok(PageRequest::Keyset {
            limit,
            from_end,
            after: open("after", &self.after)?,
            before: open("before", &self.before)?,
        })
    }
}

/// The ids of a filter.
pub fn ids<T>(
    field: &str,
    given: Option<Vec<ID>>,
    parse: fn(&str) -> Result<T, InvalidId>,
) -> Result<Option<Vec<T>>> {
    let parsed = given.map(|ids| ids.iter().map(|id| parse(id)).collect::<Result<_, _>>()).transpose();
    parsed.map_err(|error| ErrorCode::BadRequest.with(format!("`filter.{field}`: {error}")))
}

/// What a page costs: its items' cost times their number. Nonsense is refused later and costs as much as the most.
pub fn page_cost(first: Option<i32>, last: Option<i32>, item: usize) -> usize {
    let most = usize::try_from(FIRST_MAX).unwrap_or(usize::MAX);
    let count = first.or(last).map_or(usize::try_from(FIRST_DEFAULT).unwrap_or(most), |count| {
        usize::try_from(count).map_or(most, |count| count.min(most))
    });
    // async-graphql adds costs up without a check for overflow.
    count.saturating_mul(item).saturating_add(1).min(usize::MAX >> 24)
}

/// The connection of a page: each item as an object with its sealed cursor. Sealing costs, so where no edge is selected
/// only the ends are sealed, which `pageInfo` shows.
pub fn connection<T, N: OutputType, F: async_graphql::ObjectType>(
    ctx: &Context<'_>,
    list: &str,
    page: Page<T>,
    count: F,
    cursor_of: impl Fn(&T) -> Cursor,
    node: impl Fn(T) -> N,
) -> Connection<String, N, F> {
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, count);
    let (edges, last) = (ctx.look_ahead().field("edges").exists(), page.items.len().saturating_sub(1));
    connection.edges.extend(page.items.into_iter().enumerate().map(|(index, item)| {
        let is_shown = edges || index == 0 || index == last;
        let cursor =
            if is_shown { ctx.services().cursors.seal(list, &cursor_of(&item)) } else { String::new() };
        Edge::with_additional_fields(cursor, node(item), EmptyFields)
    }));
    connection
}

/// Declares the part of a connection that counts, only when it is selected.
macro_rules! counted {
    ($name:ident, |$this:ident, $ctx:ident| $count:expr) => {
        #[async_graphql::Object]
        impl $name {
            /// How many there are on all pages. Costs more than a page: select it only when it is shown.
            #[graphql(complexity = 100)]
            async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<u64> {
                let ($this, $ctx) = (self, ctx);
                $count
            }
        }
    };
}
pub(super) use counted;
