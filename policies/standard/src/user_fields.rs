//! Which data a project space records of its people. It holds for everybody there, wherever they are; and who changes a
//! profile changes the data of all who have it.

use crate::rule::{ACCESS_ALL_LOCATIONS, Rule, hidden};
use crate::user_profile::{ASSIGN, READ};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const UPDATE: &[&str] = &["edit_commcare_users", ASSIGN, ACCESS_ALL_LOCATIONS];

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("user_fields", "read") => Some(Rule::new(readable(principal), hidden)),
        ("user_fields", "update") => {
            let all = UPDATE.iter().all(|permission| principal.holds(permission));
            Some(Rule::new(Condition::when(all), not_updated))
        }
        _ => None,
    }
}

fn readable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(READ) || !principal.items(ASSIGN).is_empty())
}

fn not_updated(request: &Request) -> Decision {
    if !readable(&request.principal).holds(request.attributes()) {
        return Decision::not_visible();
    }
    let missing: Vec<&str> =
        UPDATE.iter().copied().filter(|permission| !request.principal.holds(permission)).collect();
    Decision::forbidden("missing_permission", format!("this needs `{}`", missing.join("` and `")))
        .missing(&missing)
}
