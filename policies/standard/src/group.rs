//! Groups of mobile workers. They have no location, so they are in everybody's reach.

use crate::rule::{Rule, hidden, missing_permission};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const EDIT: &str = "edit_groups";
/// Whoever holds one of these says who is in a group.
pub const ASSIGN: &[&str] = &["edit_commcare_users", "edit_groups", "edit_users_in_groups"];
const READ: &[&str] = &["view_groups", "edit_groups", "edit_commcare_users", "view_commcare_users"];

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("project_space", "create") => {
            Some(Rule::new(Condition::when(principal.holds(EDIT)), |_| missing_permission(&[EDIT])))
        }
        ("group", "read") => Some(Rule::new(readable(principal), hidden)),
        ("group", "update" | "delete" | "restore") => {
            Some(Rule::new(Condition::when(principal.holds(EDIT)), |request| refused(request, &[EDIT])))
        }
        ("group", "assign") => {
            let may = Condition::when(principal.holds_any(ASSIGN));
            Some(Rule::new(may, |request| refused(request, ASSIGN)))
        }
        _ => None,
    }
}

fn readable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(READ)).or(Condition::one_of("id", &principal.group_ids))
}

fn refused(request: &Request, any_of: &[&str]) -> Decision {
    if readable(&request.principal).holds(request.attributes()) {
        missing_permission(any_of)
    } else {
        Decision::not_visible()
    }
}
