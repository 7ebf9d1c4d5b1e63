//! What an update says about a field: left out, null, or a value.

use crate::domain::Patch;
use async_graphql::{ID, MaybeUndefined};

/// Left out stays, null clears.
pub fn patch<T>(given: MaybeUndefined<T>) -> Patch<T> {
    match given {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value),
    }
}

/// Ids as the use cases read them.
pub fn texts(ids: Vec<ID>) -> Vec<String> {
    ids.into_iter().map(|id| id.0).collect()
}
