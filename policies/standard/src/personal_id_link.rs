//! PersonalID links of mobile workers: switched on and off by whoever may edit the worker.

use crate::mobile_worker::{editable, not_edited};
use crate::rule::Rule;
use fieldgate_policy::Principal;

pub fn rule<'a>(kind: &str, verb: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, verb) {
        ("mobile_worker", "activate" | "deactivate") => Some(Rule::new(editable(principal), not_edited)),
        _ => None,
    }
}
