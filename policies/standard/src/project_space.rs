//! The project space itself.

use crate::rule::{Rule, hidden};
use fieldgate_policy::Condition;

pub fn rule<'a>(kind: &str, verb: &str) -> Option<Rule<'a>> {
    match (kind, verb) {
        // Strangers never get as far as a policy, so whoever asks is a member.
        ("project_space", "read") => Some(Rule::new(Condition::Everything, hidden)),
        _ => None,
    }
}
