//! The project space's own policies. Whoever may change them could permit themselves everything, so only admins do; and what
//! they say of whom is for admins to read.

use crate::rule::{Rule, admin_only, hidden};
use fieldgate_policy::{Condition, Decision, Principal, Request};

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    let admins = || Condition::when(principal.is_admin);
    match (kind, verb) {
        ("policy_stack", "read") => Some(Rule::new(admins(), hidden)),
        ("policy_stack", "upload" | "delete" | "revise" | "set_cases" | "monitor" | "activate") => {
            Some(Rule::new(admins(), not_managed))
        }
        _ => None,
    }
}

fn not_managed(_: &Request) -> Decision {
    admin_only("only admins of the project space manage its policies")
}
