//! Location types: CommCare's organization levels. Everybody sees them; they hold for the whole project space.

use crate::rule::{ACCESS_ALL_LOCATIONS, Rule, hidden};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const EDIT: &str = "edit_locations";

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("project_space", "create") => Some(Rule::new(editable(principal), not_edited)),
        ("location_type", "update" | "delete") => Some(Rule::new(editable(principal), not_edited)),
        ("location_type", "read") => Some(Rule::new(Condition::Everything, hidden)),
        _ => None,
    }
}

fn editable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds(EDIT) && principal.holds(ACCESS_ALL_LOCATIONS))
}

fn not_edited(request: &Request) -> Decision {
    let missing: Vec<&str> = [EDIT, ACCESS_ALL_LOCATIONS]
        .into_iter()
        .filter(|permission| !request.principal.holds(permission))
        .collect();
    Decision::forbidden("missing_permission", format!("this needs `{}`", missing.join("` and `")))
        .missing(&missing)
}
