//! The audit: what everybody did, so only admins read it.

use crate::rule::{Rule, hidden};
use fieldgate_policy::{Condition, Principal};

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("audit_entry", "read") => Some(Rule::new(Condition::when(principal.is_admin), hidden)),
        _ => None,
    }
}
