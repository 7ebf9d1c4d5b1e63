//! Only active mobile workers are changed, except by admins.

use fieldgate_policy::{Condition, Context, Decision, Manifest, Policy, Principal, Request, Scope};

/// A module without settings has nothing to hold.
#[derive(Default)]
pub struct Module;

/// The rule, told once: `decide` looks at one row, `scope` sends it to the database.
fn changeable(principal: &Principal) -> Condition<'_> {
    Condition::when(principal.is_admin).or(Condition::equals("status", "active"))
}

impl Policy for Module {
    fn manifest() -> Manifest {
        Manifest::new("{{name}}", "0.1.0", "Only active mobile workers are changed, except by admins")
            .action("mobile_worker.update")
            .timeless() // `scope` below looks at neither the time nor the decision's id, so its answers may be kept
    }

    fn decide(&self, request: &Request) -> Decision {
        if changeable(&request.principal).holds(request.attributes()) {
            Decision::permit() // for its part: `standard`, in the same stack, still denies whom it denies
        } else {
            Decision::forbidden("not_active", "this mobile worker is not active")
        }
    }

    fn scope(&self, principal: &Principal, _action: &str, _kind: &str, _context: &Context) -> Scope {
        changeable(principal).into()
    }
}

fieldgate_policy::export!(Module);

#[cfg(test)]
mod tests {
    use super::*;
    use fieldgate_policy::Attribute;

    fn update(principal: Principal, status: &str) -> Decision {
        Module.decide(
            &Request::new(principal, "mobile_worker.update", "mobile_worker").with(Attribute::new("status", status)),
        )
    }

    #[test]
    fn only_active_workers_are_changed() {
        assert_eq!(update(Principal::web_user("a"), "active"), Decision::permit());
        assert!(matches!(update(Principal::web_user("a"), "deactivated"), Decision::Deny(denial) if denial.reason == "not_active"));
    }

    #[test]
    fn admins_change_everybody() {
        let admin = Principal { is_admin: true, ..Principal::web_user("a") };
        assert_eq!(update(admin, "deactivated"), Decision::permit());
    }
}
