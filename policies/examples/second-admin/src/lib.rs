//! *A second admin must approve a removal.* Deactivating somebody asks for their removal; removing them approves it; and
//! nobody does both. What was asked by whom is an attribute of the web user, so the module remembers nothing, and whoever
//! activates them again has said no.

use fieldgate_policy::{Condition, Context, Decision, Manifest, Policy, Principal, Request, Scope};

const REMOVE: &str = "web_user.remove";

/// It takes no settings.
#[derive(Default)]
pub struct SecondAdmin;

/// Somebody was deactivated, by a web user who is not the one who asks.
fn removable(principal: &Principal) -> Condition<'_> {
    Condition::equals("is_active", false)
        .and(Condition::is_nothing("deactivated_by").not())
        .and(Condition::equals("deactivated_by", principal.id.as_str()).not())
}

impl Policy for SecondAdmin {
    fn manifest() -> Manifest {
        Manifest::new(
            "second-admin",
            "1.0.0",
            "Whoever deactivated a web user does not remove them: a second admin does",
        )
        .action(REMOVE)
        .timeless()
    }

    fn decide(&self, request: &Request) -> Decision {
        let row = request.attributes();
        if removable(&request.principal).holds(row) {
            // For its part: `standard`, in the same stack, says who is an admin.
            Decision::permit()
        } else if row.text("deactivated_by") == Some(request.principal.id.as_str()) {
            Decision::forbidden(
                "second_admin_required",
                "you asked for this removal: another admin must approve it",
            )
        } else {
            Decision::forbidden(
                "not_asked_for",
                "deactivate them first, which asks for the removal; another admin then removes them",
            )
        }
    }

    fn scope(&self, principal: &Principal, _action: &str, _kind: &str, _context: &Context) -> Scope {
        removable(principal).into()
    }
}

fieldgate_policy::export!(SecondAdmin);

#[cfg(test)]
mod tests {
    use super::*;
    use fieldgate_policy::{Attribute, Value};

    fn removal(by: &str, is_active: bool, deactivated_by: Option<&str>) -> Result<(), String> {
        let by_whom = deactivated_by.map_or(Value::Nothing, Value::from);
        let request = Request::new(Principal::web_user(by), REMOVE, "web_user")
            .with(Attribute::new("is_active", is_active))
            .with(Attribute::new("deactivated_by", by_whom));
        match SecondAdmin.decide(&request) {
            Decision::Permit(_) => Ok(()),
            Decision::Deny(denial) => Err(denial.reason),
            Decision::NotApplicable => Err("not_applicable".to_owned()),
        }
    }

    #[test]
    fn one_asks_and_another_approves() {
        assert_eq!(removal("ben", false, Some("ann")), Ok(()));
        assert_eq!(removal("ann", false, Some("ann")), Err("second_admin_required".to_owned()));
    }

    #[test]
    fn nobody_is_removed_of_whom_nobody_asked_it() {
        assert_eq!(removal("ann", true, None), Err("not_asked_for".to_owned()));
        // Deactivated at the command line: nobody of the project space asked.
        assert_eq!(removal("ann", false, None), Err("not_asked_for".to_owned()));
    }
}
