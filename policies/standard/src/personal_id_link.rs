//! PersonalID links of mobile workers: workers are invited to make one, and it is switched on and off, by whoever may edit
//! the worker. A worker who is signed in links their own account.

use crate::mobile_worker::{editable, not_edited, readable};
use crate::rule::Rule;
use fieldgate_policy::{Condition, Decision, Principal, Request};

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("mobile_worker", "invite" | "activate" | "deactivate") => {
            Some(Rule::new(editable(principal), not_edited))
        }
        ("mobile_worker", "link") => {
            Some(Rule::new(Condition::equals("id", principal.id.as_str()), not_their_own))
        }
        _ => None,
    }
}

fn not_their_own(request: &Request) -> Decision {
    if readable(&request.principal).holds(request.attributes()) {
        Decision::forbidden("not_your_own", "a PersonalID account is linked by its own worker: invite them")
    } else {
        Decision::not_visible()
    }
}
