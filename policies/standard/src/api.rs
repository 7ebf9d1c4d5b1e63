//! The REST API and the keys to it.

use crate::rule::{Rule, hidden, missing_permission};
use fieldgate_policy::{Condition, Decision, Principal, PrincipalKind, Request};

const ACCESS: &str = "access_api";

pub fn rule<'a>(kind: &str, action: &str, principal: &'a Principal) -> Option<Rule<'a>> {
    match (kind, action) {
        ("project_space", "api.use") => {
            Some(Rule::new(Condition::when(principal.holds(ACCESS)), |_| missing_permission(&[ACCESS])))
        }
        ("project_space", "api_key.create") => {
            let may = principal.kind == PrincipalKind::WebUser && principal.holds(ACCESS);
            Some(Rule::new(Condition::when(may), not_created))
        }
        ("api_key", "api_key.delete") => {
            let own = Condition::equals("owner_id", principal.id.as_str());
            Some(Rule::new(Condition::when(principal.is_admin).or(own), hidden))
        }
        _ => None,
    }
}

fn not_created(request: &Request) -> Decision {
    if request.principal.kind == PrincipalKind::WebUser {
        missing_permission(&[ACCESS])
    } else {
        Decision::forbidden("web_users_only", "only web users have API keys")
    }
}
