//! Requests to be let in: for those who may invite people to any place, as a request names none.

use crate::rule::{ACCESS_ALL_LOCATIONS, Rule, hidden};
use fieldgate_policy::{Condition, Principal};

const EDIT: &str = "edit_web_users";

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("access_request", "read" | "reject") => {
            let may = principal.holds(EDIT) && principal.holds(ACCESS_ALL_LOCATIONS);
            Some(Rule::new(Condition::when(may), hidden))
        }
        _ => None,
    }
}
