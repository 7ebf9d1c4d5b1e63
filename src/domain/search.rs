//! What lists are searched for.

use super::{FaultCode, Faults};

/// Longest text that is searched for, in characters.
pub const SEARCH_MAX: usize = 100;

/// Notes what is wrong with the words that a list is searched for.
pub fn check_search(search: Option<&str>, faults: &mut Faults) {
    let path = ["filter", "search"];
    if search.is_some_and(|text| text.chars().count() > SEARCH_MAX) {
        faults.add(FaultCode::TooLong, &path, format!("at most {SEARCH_MAX} characters"));
    }
    if search.is_some_and(|text| text.contains('\0')) {
        faults.add(FaultCode::InvalidValue, &path, "must not contain the character NUL");
    }
}
