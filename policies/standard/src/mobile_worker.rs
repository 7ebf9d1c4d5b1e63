//! Mobile workers: seen and changed by those who may, where they may.

use crate::group;
use crate::rule::{Rule, hidden, is_placed, missing_permission, out_of_reach, reach, stays_placed};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const EDIT: &str = "edit_commcare_users";
const VIEW: &str = "view_commcare_users";

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("project_space", "create") => {
            Some(Rule::new(Condition::when(principal.holds(EDIT)), not_created).if_proposed(is_placed))
        }
        ("mobile_worker", "read") => Some(Rule::new(readable(principal), hidden)),
        ("mobile_worker", "update") => {
            Some(Rule::new(editable(principal), not_edited).if_proposed(stays_placed))
        }
        (
            "mobile_worker",
            "activate"
            | "deactivate"
            | "delete"
            | "restore"
            | "set_password"
            | "send_confirmation"
            | "send_password_reset",
        ) => Some(Rule::new(editable(principal), not_edited)),
        // Whoever says who is in a group may put those into it whom they see, and not themselves by that alone.
        ("mobile_worker", "regroup") => {
            let may = Condition::when(principal.holds_any(group::ASSIGN)).and(seen(principal));
            Some(Rule::new(may, not_regrouped))
        }
        _ => None,
    }
}

fn seen(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(&[EDIT, VIEW])).and(reach(principal))
}

pub fn readable(principal: &Principal) -> Condition<'_> {
    seen(principal).or(Condition::equals("id", principal.id.as_str()))
}

pub fn editable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds(EDIT)).and(reach(principal))
}

fn not_created(request: &Request) -> Decision {
    if request.principal.holds(EDIT) {
        Decision::forbidden("location_required", "give the mobile worker at least one of your locations")
    } else {
        missing_permission(&[EDIT])
    }
}

pub fn not_edited(request: &Request) -> Decision {
    if !readable(&request.principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if !request.principal.holds(EDIT) {
        missing_permission(&[EDIT])
    } else if !reach(&request.principal).holds(request.attributes()) {
        // Their own account, somewhere else.
        out_of_reach()
    } else {
        Decision::forbidden("location_required", "leave the mobile worker at least one of your locations")
    }
}

fn not_regrouped(request: &Request) -> Decision {
    if !readable(&request.principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if !request.principal.holds_any(group::ASSIGN) {
        missing_permission(group::ASSIGN)
    } else if !request.principal.holds_any(&[EDIT, VIEW]) {
        // Their own account, and nobody else is seen.
        missing_permission(&[EDIT, VIEW])
    } else {
        out_of_reach()
    }
}
