//! The project space itself.

use crate::rule::{Rule, admin_only, hidden};
use fieldgate_policy::{Condition, Principal};

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        // Strangers never get as far as a policy, so whoever asks is a member.
        ("project_space", "read") => Some(Rule::new(Condition::Everything, hidden)),
        ("project_space", "update") => Some(Rule::new(Condition::when(principal.is_admin), |_| {
            admin_only("only admins of the project space change its settings")
        })),
        _ => None,
    }
}
