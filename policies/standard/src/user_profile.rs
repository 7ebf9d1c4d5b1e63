//! User profiles: seen by those who manage people, given by those who hold `edit_user_profile`, for all of them or for the
//! ones that their role lists.

use crate::rule::{Rule, hidden, missing_permission};
use fieldgate_policy::{Condition, Decision, Principal, Request};

/// Whoever holds it gives every profile.
pub const ASSIGN: &str = "edit_user_profile";
/// Whoever holds one of these sees every profile, and the fields.
pub const READ: &[&str] =
    &["edit_commcare_users", "view_commcare_users", "edit_web_users", "view_web_users", ASSIGN];

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("user_profile", "read") => Some(Rule::new(readable(principal), hidden)),
        ("user_profile", "assign") => Some(Rule::new(assignable(principal), not_assigned)),
        _ => None,
    }
}

fn readable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds_any(READ)).or(listed(principal))
}

fn assignable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.holds(ASSIGN)).or(listed(principal))
}

/// The profiles that the role lists, by the id of the GraphQL API or of the REST API.
fn listed(principal: &Principal) -> Condition<'_> {
    let plain = |id: &String| id.strip_prefix("up_").unwrap_or(id).to_ascii_lowercase();
    Condition::one_of("id", principal.items(ASSIGN).iter().map(plain).collect::<Vec<_>>())
}

fn not_assigned(request: &Request) -> Decision {
    if !readable(&request.principal).holds(request.attributes()) {
        Decision::not_visible()
    } else if request.principal.items(ASSIGN).is_empty() {
        missing_permission(&[ASSIGN])
    } else {
        Decision::forbidden("profile_not_assignable", "this user profile is not one that your role may give")
            .missing(&[ASSIGN])
    }
}
