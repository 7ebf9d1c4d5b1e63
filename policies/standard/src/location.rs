//! Locations: the tree that limits what the others reach.

use crate::rule::{ACCESS_ALL_LOCATIONS, Rule, hidden, missing_permission, out_of_reach, reach};
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
        ("location", "update") => Some(Rule::new(editable(principal), not_edited).if_proposed(stays_below)),
        ("location", "archive" | "unarchive" | "delete") => Some(Rule::new(editable(principal), not_edited)),
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
    Condition::when(principal.holds_any(ASSIGN)).and(reach(principal))
}

fn editable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds(EDIT)).and(reach(principal))
}

/// Somebody limited to locations moves places from one of theirs to another: neither to the top nor away from there.
fn stays_below(request: &Request) -> bool {
    let (before, after) = (request.text("parent_id"), request.proposed().text("parent_id"));
    let is_moved = request.proposed().get("parent_id").is_some() && before != after;
    request.principal.holds(ACCESS_ALL_LOCATIONS) || !is_moved || (before.is_some() && after.is_some())
}

fn not_edited(request: &Request) -> Decision {
    if !readable(&request.principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if !request.principal.holds(EDIT) {
        missing_permission(&[EDIT])
    } else if !reach(&request.principal).holds(request.attributes()) {
        out_of_reach()
    } else {
        Decision::forbidden("location_required", "leave the location below one of yours")
    }
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
    } else if request.principal.holds_any(ASSIGN) {
        out_of_reach()
    } else {
        missing_permission(ASSIGN)
    }
}
