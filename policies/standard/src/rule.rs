//! The form of every rule, and the words of refusals that several nouns share.

use fieldgate_policy::{Condition, Decision, Principal, Request, Scope, Value};

/// Who holds it is not limited to their own locations.
pub const ACCESS_ALL_LOCATIONS: &str = "access_all_locations";

/// What is said of one action, for one principal.
pub struct Rule<'a> {
    rows: Condition<'a>,
    proposal: fn(&Request) -> bool,
    refusal: fn(&Request) -> Decision,
}

impl<'a> Rule<'a> {
    /// Lets these rows through, and says `refusal` of the others.
    pub fn new(rows: Condition<'a>, refusal: fn(&Request) -> Decision) -> Self {
        Self { rows, proposal: |_| true, refusal }
    }

    /// The same, if what is proposed is acceptable too. A scope speaks of rows as they are, so this is no part of it.
    pub fn if_proposed(mut self, acceptable: fn(&Request) -> bool) -> Self {
        self.proposal = acceptable;
        self
    }

    /// The answer for one row.
    pub fn decide(self, request: &Request) -> Decision {
        if self.rows.holds(request.attributes()) && (self.proposal)(request) {
            Decision::permit()
        } else {
            (self.refusal)(request)
        }
    }

    /// The answer for all rows.
    pub fn scope(self) -> Scope {
        self.rows.into()
    }
}

/// The rows at or below the principal's locations; all of them with the right to all locations.
pub fn reach(principal: &Principal) -> Condition<'_> {
    if principal.holds(ACCESS_ALL_LOCATIONS) {
        Condition::Everything
    } else {
        Condition::any_in_common("location_lineage", &principal.location_ids)
    }
}

/// Somebody limited to locations adds people to a location; otherwise they could not see them afterwards.
pub fn is_placed(request: &Request) -> bool {
    request.principal.holds(ACCESS_ALL_LOCATIONS) || !request.proposed().texts("location_ids").is_empty()
}

/// Admin is given by admins alone.
pub fn makes_no_admin(request: &Request) -> bool {
    request.principal.is_admin || request.proposed().boolean("is_admin") != Some(true)
}

/// Somebody limited to locations leaves people at one of them: taking the last one away would take them out of reach,
/// past the right to delete or remove them. What says nothing of locations leaves them as they are.
pub fn stays_placed(request: &Request) -> bool {
    let loses_the_last = matches!(request.proposed().get("location_ids"), Some(Value::Texts(locations)) if locations.is_empty());
    request.principal.holds(ACCESS_ALL_LOCATIONS) || !loses_the_last
}

/// Who may not see a thing hears that it is not there.
pub fn hidden(_: &Request) -> Decision {
    Decision::not_visible()
}

/// The principal lacks a permission; any of these would do.
pub fn missing_permission(any_of: &[&str]) -> Decision {
    let message = match any_of {
        [one] => format!("this needs the permission `{one}`"),
        several => format!("this needs one of the permissions `{}`", several.join("`, `")),
    };
    Decision::forbidden("missing_permission", message).missing(any_of)
}

/// The principal may do this, but not here.
pub fn out_of_reach() -> Decision {
    Decision::forbidden("out_of_reach", "this is outside of your locations").missing(&[ACCESS_ALL_LOCATIONS])
}

/// Only admins do this, whatever else somebody may.
pub fn admin_only(message: &str) -> Decision {
    Decision::forbidden("admin_only", message)
}

/// What is archived can no longer be given to anybody.
pub fn archived(what: &str) -> Decision {
    Decision::forbidden("archived", format!("this {what} is archived"))
}
