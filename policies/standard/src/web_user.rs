//! Web users of the project space: seen and changed by those who may, where they may; admins by admins alone.

use crate::rule::{
    Rule, admin_only, hidden, makes_no_admin, missing_permission, out_of_reach, reach, stays_placed,
};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const EDIT: &str = "edit_web_users";
const VIEW: &str = "view_web_users";

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("web_user", "read") => Some(Rule::new(readable(principal), hidden)),
        ("web_user", "update" | "activate" | "deactivate" | "remove" | "restore") => {
            Some(Rule::new(editable(principal), not_edited).if_proposed(acceptable))
        }
        _ => None,
    }
}

// Roles that do not reach all locations hold neither permission (reference §1.4). The reach is asked for all the same:
// it costs nothing, and a policy in front of this one may rely on it.
fn readable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(&[EDIT, VIEW]))
        .and(reach(principal))
        .or(Condition::equals("id", principal.id.as_str()))
}

fn editable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds(EDIT))
        .and(reach(principal))
        .and(Condition::when(principal.is_admin).or(Condition::equals("is_admin", false)))
}

fn acceptable(request: &Request) -> bool {
    makes_no_admin(request) && stays_placed(request)
}

fn not_edited(request: &Request) -> Decision {
    let principal = &request.principal;
    if !readable(principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if !principal.holds(EDIT) {
        missing_permission(&[EDIT])
    } else if !reach(principal).holds(request.attributes()) {
        // Their own membership, somewhere else.
        out_of_reach()
    } else if !editable(principal).holds(request.attributes()) {
        admin_only("only admins of the project space change an admin")
    } else if makes_no_admin(request) {
        Decision::forbidden("location_required", "leave the web user at least one of your locations")
    } else {
        admin_only("only admins of the project space make somebody an admin")
    }
}
