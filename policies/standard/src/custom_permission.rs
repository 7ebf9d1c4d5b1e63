//! The permissions that a project space declares for its own policies. Their names are no secret to its members.

use crate::rule::{Rule, admin_only, hidden};
use fieldgate_policy::{Condition, Decision, Principal, Request};

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("project_space", "create") | ("custom_permission", "delete") => {
            Some(Rule::new(Condition::when(principal.is_admin), not_declared))
        }
        ("custom_permission", "read") => Some(Rule::new(Condition::Everything, hidden)),
        _ => None,
    }
}

fn not_declared(_: &Request) -> Decision {
    admin_only("only admins of the project space declare permissions")
}
