//! Invitations of web users: made, seen and changed by those who may edit web users, where they may; Admin is given and
//! taken by admins alone.

use crate::rule::{
    Rule, admin_only, hidden, is_placed, makes_no_admin, missing_permission, reach, stays_placed,
};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const EDIT: &str = "edit_web_users";
const VIEW: &str = "view_web_users";

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("project_space", "create") => Some(
            Rule::new(Condition::when(principal.holds(EDIT)), not_created)
                .if_proposed(|request| makes_no_admin(request) && is_placed(request)),
        ),
        ("invitation", "read") => Some(Rule::new(readable(principal), hidden)),
        ("invitation", "update") => Some(
            Rule::new(changeable(principal), not_edited)
                .if_proposed(|request| makes_no_admin(request) && stays_placed(request)),
        ),
        // What was given was judged when it was given: to send it again, or to take it back, gives nothing more.
        ("invitation", "resend" | "delete") => Some(Rule::new(editable(principal), not_edited)),
        _ => None,
    }
}

// Roles that do not reach all locations hold neither permission (reference §1.4). The reach is asked for all the same:
// it costs nothing, and a policy in front of this one may rely on it.
fn readable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(&[EDIT, VIEW])).and(reach(principal))
}

fn editable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds(EDIT)).and(reach(principal))
}

fn changeable(principal: &Principal) -> Condition<'_> {
    editable(principal).and(Condition::when(principal.is_admin).or(Condition::equals("is_admin", false)))
}

fn not_created(request: &Request) -> Decision {
    if !request.principal.holds(EDIT) {
        missing_permission(&[EDIT])
    } else if makes_no_admin(request) {
        Decision::forbidden("location_required", "invite them to at least one of your locations")
    } else {
        admin_only("only admins of the project space invite admins: choose a role")
    }
}

fn not_edited(request: &Request) -> Decision {
    let principal = &request.principal;
    if !readable(principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if !principal.holds(EDIT) {
        missing_permission(&[EDIT])
    } else if !changeable(principal).holds(request.attributes()) {
        admin_only("only admins of the project space change an admin's invitation")
    } else if makes_no_admin(request) {
        Decision::forbidden("location_required", "leave the invitation at least one of your locations")
    } else {
        admin_only("only admins of the project space invite admins")
    }
}
