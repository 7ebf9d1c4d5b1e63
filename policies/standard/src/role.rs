//! Roles: made and changed by admins, seen by those who manage people, given by those whom the role names.

use crate::rule::{Rule, admin_only, archived, hidden, missing_permission};
use fieldgate_policy::{Condition, Decision, Principal, Request};

const ASSIGN: &[&str] = &["edit_commcare_users", "edit_web_users"];
const READ: &[&str] =
    &["view_roles", "edit_web_users", "view_web_users", "edit_commcare_users", "view_commcare_users"];

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("project_space", "create") => Some(Rule::new(Condition::when(principal.is_admin), |_| {
            admin_only("only admins of the project space make roles")
        })),
        ("role", "update" | "archive" | "unarchive" | "delete") => {
            Some(Rule::new(Condition::when(principal.is_admin), not_edited))
        }
        ("role", "read") => Some(Rule::new(readable(principal), hidden)),
        ("role", "assign") => Some(Rule::new(assignable(principal), not_assigned)),
        _ => None,
    }
}

fn readable(principal: &Principal) -> Condition<'_> {
    let own = match &principal.role_id {
        Some(role_id) => Condition::equals("id", role_id.as_str()),
        None => Condition::Nothing,
    };
    Condition::when(principal.holds_any(READ)).or(own)
}

fn assignable(principal: &Principal) -> Condition<'_> {
    let named = match &principal.role_id {
        Some(role_id) => Condition::any_in_common("assignable_by", std::slice::from_ref(role_id)),
        None => Condition::Nothing,
    };
    let open = Condition::equals("editable_by_non_admins", true).or(named);
    let mine = Condition::when(principal.holds_any(ASSIGN)).and(open);
    Condition::when(principal.is_admin).or(mine).and(Condition::equals("is_archived", true).not())
}

fn not_edited(request: &Request) -> Decision {
    if readable(&request.principal).holds(request.attributes()) {
        admin_only("only admins of the project space change roles")
    } else {
        Decision::not_visible()
    }
}

fn not_assigned(request: &Request) -> Decision {
    if !readable(&request.principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if request.attributes().boolean("is_archived") == Some(true) {
        archived("role")
    } else if request.principal.holds_any(ASSIGN) {
        Decision::forbidden("role_not_assignable", "this role is not one that your role may give")
    } else {
        missing_permission(ASSIGN)
    }
}
