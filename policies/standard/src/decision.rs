//! What policies were asked and what they answered: it tells of everybody, so only admins read it. Why oneself was denied
//! something is no question for a policy.

use crate::rule::{Rule, hidden};
use fieldgate_policy::{Condition, Principal};

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("decision", "read") => Some(Rule::new(Condition::when(principal.is_admin), hidden)),
        _ => None,
    }
}
