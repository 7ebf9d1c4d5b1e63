//! Locations: the tree that limits what the others reach.

use crate::rule::{ACCESS_ALL_LOCATIONS, Rule, archived, hidden, missing_permission, out_of_reach, reach};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const EDIT: &str = "edit_locations";
const ASSIGN: &[&str] =
    &["edit_commcare_users", "edit_web_users", "edit_locations", "edit_users_in_locations"];
const READ: &[&str] = &[
    "view_locations",
    "edit_locations",
    "edit_commcare_users",
    "view_commcare_users",
    "edit_web_users",
    "view_web_users",
];

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("project_space", "create") => {
            Some(Rule::new(Condition::when(principal.holds(EDIT)), not_created).if_proposed(has_a_parent))
        }
        ("location", "read") => Some(Rule::new(readable(principal), hidden)),
        ("location", "assign") => Some(Rule::new(assignable(principal), not_assigned)),
        _ => None,
    }
}

fn readable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(READ))
        .and(reach(principal))
        .or(Condition::one_of("id", &principal.location_ids))
}

fn assignable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(ASSIGN))
        .and(reach(principal))
        .and(Condition::equals("is_archived", true).not())
}

/// A location at the top would be out of reach for somebody limited to locations.
fn has_a_parent(request: &Request) -> bool {
    request.principal.holds(ACCESS_ALL_LOCATIONS) || request.proposed().text("parent_id").is_some()
}

fn not_created(request: &Request) -> Decision {
    if request.principal.holds(EDIT) {
        Decision::forbidden("location_required", "put the new location below one of yours")
    } else {
        missing_permission(&[EDIT])
    }
}

fn not_assigned(request: &Request) -> Decision {
    if !readable(&request.principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if request.attributes().boolean("is_archived") == Some(true) {
        archived("location")
    } else if request.principal.holds_any(ASSIGN) {
        out_of_reach()
    } else {
        missing_permission(ASSIGN)
    }
}
