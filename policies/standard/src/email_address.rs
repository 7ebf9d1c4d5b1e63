//! The state of e-mail addresses: for those who see everybody's invitations, where a blocked address shows first.

use crate::rule::{ACCESS_ALL_LOCATIONS, Rule, hidden};
use fieldgate_policy::{Condition, Principal};

const READ: &[&str] = &["edit_web_users", "view_web_users"];

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("email_address", "read") => {
            let may = principal.holds_any(READ) && principal.holds(ACCESS_ALL_LOCATIONS);
            Some(Rule::new(Condition::when(may), hidden))
        }
        _ => None,
    }
}
