//! One page of a list: by keyset, whose cost does not grow with depth, or by offset, for the REST API's sake.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Most items of one GraphQL page (security G11).
pub const FIRST_MAX: u32 = 100;
/// Items of a GraphQL page that does not say how many.
pub const FIRST_DEFAULT: u32 = 20;

/// A place between two items: what the order goes by, and the id that makes it total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The value of the column that the list is ordered by.
    pub key: CursorKey,
    /// The item's id.
    pub id: Uuid,
}

/// The value that an order goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorKey {
    /// A name.
    Text(String),
    /// A time.
    Time(DateTime<Utc>),
    /// A number that counts up.
    Number(i32),
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// From the lowest.
    #[default]
    Ascending,
    /// From the highest.
    Descending,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageRequest {
    /// So many from the start (or from the end), within two cursors.
    Keyset {
        /// How many.
        limit: u32,
        /// Count from the end of the list.
        from_end: bool,
        /// Only what follows this.
        after: Option<Cursor>,
        /// Only what precedes this.
        before: Option<Cursor>,
    },
    /// So many after the first so many. Its cost grows with the offset.
    Offset {
        /// How many.
        limit: u32,
        /// How many to pass over.
        offset: u32,
    },
}

impl PageRequest {
    /// Whether it is the start of the list.
    pub fn is_first(&self) -> bool {
        match self {
            Self::Keyset { from_end, after, before, .. } => !from_end && after.is_none() && before.is_none(),
            Self::Offset { offset, .. } => *offset == 0,
        }
    }

    /// How many items at the most.
    pub fn limit(&self) -> u32 {
        match self {
            Self::Keyset { limit, .. } | Self::Offset { limit, .. } => *limit,
        }
    }
}

/// A part of a list, in the list's order.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are more after the last one.
    pub has_next: bool,
    /// Whether there are more before the first one.
    pub has_previous: bool,
}

/// Nothing at all.
impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), has_next: false, has_previous: false }
    }
}

impl<T> Page<T> {
    /// Makes a page of one row more than was asked for, in the order in which the rows were read.
    pub fn of(mut rows: Vec<T>, request: &PageRequest) -> Self {
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        match request {
            PageRequest::Keyset { from_end: true, before, .. } => {
                rows.reverse();
                Self { items: rows, has_next: before.is_some(), has_previous: more }
            }
            PageRequest::Keyset { after, .. } => {
                Self { items: rows, has_next: more, has_previous: after.is_some() }
            }
            PageRequest::Offset { offset, .. } => {
                Self { items: rows, has_next: more, has_previous: *offset > 0 }
            }
        }
    }
}
