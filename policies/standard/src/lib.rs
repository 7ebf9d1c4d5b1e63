//! The policy of a project space that has none of its own: roles, permissions and locations as CommCare knows them.
//!
//! Each noun's file gives one `Rule` per action. `decide` and `scope` are both read off that rule, so
//! they cannot disagree.

mod access_request;
mod api;
mod audit;
mod custom_permission;
mod decision;
mod email_address;
mod group;
mod invitation;
mod location;
mod location_type;
mod mobile_worker;
mod personal_id_link;
mod policy;
mod project_space;
mod role;
mod rule;
mod user_fields;
mod user_profile;
mod web_user;

use fieldgate_policy::{Context, Decision, Manifest, Policy, Principal, PrincipalKind, Request, Scope};
use rule::Rule;

/// The standard policy. It takes no settings.
#[derive(Debug, Default)]
pub struct Standard;

impl Policy for Standard {
    fn manifest() -> Manifest {
        // All actions, so that the gateway itself is permitted those that this module has no rule for yet.
        Manifest::new(
            "standard",
            env!("CARGO_PKG_VERSION"),
            "Roles, permissions and locations as CommCare knows them",
        )
        .action("*")
        .timeless()
    }

    fn decide(&self, request: &Request) -> Decision {
        if request.principal.kind == PrincipalKind::System {
            return Decision::permit();
        }
        match rule(&request.resource.kind, &request.action, &request.principal) {
            Some(rule) => rule.decide(request),
            None => Decision::NotApplicable,
        }
    }

    fn scope(&self, principal: &Principal, action: &str, resource_kind: &str, _context: &Context) -> Scope {
        if principal.kind == PrincipalKind::System {
            return Scope::Everything;
        }
        rule(resource_kind, action, principal).map_or(Scope::NotApplicable, Rule::scope)
    }
}

/// What is said of an action on a kind of resource; nothing when it is not known.
fn rule<'a>(kind: &str, action: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    let (noun, verb) = action.split_once('.')?;
    match noun {
        "mobile_worker" => mobile_worker::rule(kind, verb, principal),
        "personal_id_link" => personal_id_link::rule(kind, verb, principal),
        "role" => role::rule(kind, verb, principal),
        "location" => location::rule(kind, verb, principal),
        "location_type" => location_type::rule(kind, verb, principal),
        "group" => group::rule(kind, verb, principal),
        "user_fields" => user_fields::rule(kind, verb, principal),
        "user_profile" => user_profile::rule(kind, verb, principal),
        "web_user" => web_user::rule(kind, verb, principal),
        "invitation" => invitation::rule(kind, verb, principal),
        "access_request" => access_request::rule(kind, verb, principal),
        "custom_permission" => custom_permission::rule(kind, verb, principal),
        "email_address" => email_address::rule(kind, verb, principal),
        "decision" => decision::rule(kind, verb, principal),
        "audit" => audit::rule(kind, verb, principal),
        "policy" => policy::rule(kind, verb, principal),
        "project_space" => project_space::rule(kind, verb, principal),
        "api" | "api_key" => api::rule(kind, action, principal),
        _ => None,
    }
}

fieldgate_policy::export!(Standard);

#[cfg(test)]
mod tests;
