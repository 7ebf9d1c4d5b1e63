//! *Supervisors manage only the mobile workers of their own groups*, and see no others. A supervisor is who holds the
//! project space's own permission `custom:supervise`. A mobile worker's groups are those they are in; a web user is in no
//! group, so the settings say which groups they supervise.
//!
//! ```json
//! { "groups": { "<id of a web user>": ["<id of a group>"] } }
//! ```

use fieldgate_policy::{
    Condition, Context, Decision, Manifest, Policy, Principal, PrincipalKind, Request, Scope, SettingFault,
};
use serde_json::Value;
use std::collections::BTreeMap;

const SUPERVISE: &str = "custom:supervise";

/// The groups that web users supervise.
#[derive(Default, Debug)]
pub struct OwnGroups {
    groups: BTreeMap<String, Vec<String>>,
}

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "groups": {
      "type": "object",
      "description": "The groups that a web user supervises, by the web user's id",
      "additionalProperties": { "type": "array", "items": { "type": "string" } }
    }
  },
  "required": ["groups"],
  "additionalProperties": false
}"#;

impl OwnGroups {
    /// Whether the rule is about this principal at all. Admins hold every permission and are no supervisors by that.
    fn limits(principal: &Principal) -> bool {
        principal.holds(SUPERVISE) && !principal.is_admin && principal.kind != PrincipalKind::System
    }

    fn groups_of<'a>(&'a self, principal: &'a Principal) -> &'a [String] {
        match principal.kind {
            PrincipalKind::MobileWorker => &principal.group_ids,
            PrincipalKind::WebUser | PrincipalKind::System => {
                self.groups.get(&principal.id).map_or(&[], Vec::as_slice)
            }
        }
    }

    /// The workers that somebody manages, for this module's part; themselves they see, and do not manage by that.
    fn rows<'a>(&'a self, principal: &'a Principal, action: &str) -> Condition<'a> {
        if !Self::limits(principal) {
            return Condition::Everything;
        }
        let theirs = Condition::any_in_common("group_ids", self.groups_of(principal));
        if action == "mobile_worker.read" {
            theirs.or(Condition::equals("id", principal.id.as_str()))
        } else {
            theirs
        }
    }

    /// Whether a worker stays in one of their groups, or is put into one: otherwise they would be out of sight.
    fn stays(&self, request: &Request) -> bool {
        match request.proposed().get("group_ids") {
            Some(fieldgate_policy::Value::Texts(after)) => {
                let own = self.groups_of(&request.principal);
                after.iter().any(|group| own.contains(group))
            }
            _ => true,
        }
    }
}

impl Policy for OwnGroups {
    fn manifest() -> Manifest {
        Manifest::new("own-groups", "1.0.0", "Supervisors manage only the mobile workers of their own groups")
            .action("mobile_worker.*")
            .settings(SCHEMA)
            .timeless()
    }

    fn configured(settings: &str) -> Result<Self, Vec<SettingFault>> {
        let fault = |path: String, message: &str| vec![SettingFault { path, message: message.to_owned() }];
        let parsed: Value =
            serde_json::from_str(settings).map_err(|error| fault(String::new(), &error.to_string()))?;
        let Some(groups) = parsed.get("groups").and_then(Value::as_object) else {
            return Err(fault("/groups".to_owned(), "must be an object"));
        };
        let mut all = BTreeMap::new();
        for (person, groups) in groups {
            let path = format!("/groups/{person}");
            let Some(groups) = groups.as_array() else { return Err(fault(path, "must be a list of ids")) };
            let ids: Option<Vec<String>> =
                groups.iter().map(|group| group.as_str().map(ToOwned::to_owned)).collect();
            let Some(ids) = ids else { return Err(fault(path, "must be a list of ids")) };
            all.insert(person.clone(), ids);
        }
        Ok(Self { groups: all })
    }

    fn decide(&self, request: &Request) -> Decision {
        if !Self::limits(&request.principal) {
            return Decision::permit(); // for its part: `standard`, in the same stack, says who else may
        }
        let moves = matches!(request.action.as_str(), "mobile_worker.create" | "mobile_worker.update");
        if request.action != "mobile_worker.create"
            && !self.rows(&request.principal, &request.action).holds(request.attributes())
        {
            return Decision::not_visible();
        }
        if moves && !self.stays(request) {
            return Decision::forbidden(
                "own_group_required",
                "leave the mobile worker in one of your own groups",
            );
        }
        Decision::permit()
    }

    fn scope(&self, principal: &Principal, action: &str, _kind: &str, _context: &Context) -> Scope {
        self.rows(principal, action).into()
    }
}

fieldgate_policy::export!(OwnGroups);

#[cfg(test)]
mod tests {
    use super::*;
    use fieldgate_policy::Attribute;

    fn supervisor(groups: &[&str]) -> Principal {
        let mut principal = Principal::mobile_worker("sup").holding(&[SUPERVISE, "edit_commcare_users"]);
        principal.group_ids = groups.iter().map(|&group| group.to_owned()).collect();
        principal
    }

    fn ask(principal: Principal, action: &str, groups: [&str; 1]) -> Decision {
        let request = Request::new(principal, action, "mobile_worker")
            .with(Attribute::new("id", "amina"))
            .with(Attribute::new("group_ids", groups));
        OwnGroups::default().decide(&request)
    }

    #[test]
    fn a_supervisor_manages_the_workers_of_their_groups_and_sees_no_others() {
        assert_eq!(ask(supervisor(&["nurses"]), "mobile_worker.update", ["nurses"]), Decision::permit());
        assert_eq!(ask(supervisor(&["nurses"]), "mobile_worker.read", ["drivers"]), Decision::not_visible());
        assert_eq!(ask(supervisor(&[]), "mobile_worker.read", ["drivers"]), Decision::not_visible());
    }

    #[test]
    fn nobody_else_is_limited() {
        let manager = Principal::web_user("m").holding(&["edit_commcare_users"]);
        assert_eq!(ask(manager, "mobile_worker.update", ["drivers"]), Decision::permit());
        let admin = Principal { is_admin: true, ..Principal::web_user("a") };
        assert_eq!(ask(admin, "mobile_worker.update", ["drivers"]), Decision::permit());
    }

    #[test]
    fn a_worker_is_not_put_out_of_the_supervisors_sight() {
        let request = Request::new(supervisor(&["nurses"]), "mobile_worker.update", "mobile_worker")
            .with(Attribute::new("group_ids", ["nurses"]))
            .proposing(Attribute::new("group_ids", ["drivers"]));
        let Decision::Deny(denial) = OwnGroups::default().decide(&request) else { panic!("a denial") };
        assert_eq!(denial.reason, "own_group_required");
    }

    #[test]
    fn a_web_user_supervises_the_groups_of_the_settings() {
        let policy = OwnGroups::configured(r#"{ "groups": { "sup": ["nurses"] } }"#).unwrap();
        let web_user = Principal::web_user("sup").holding(&[SUPERVISE]);
        let row = [Attribute::new("group_ids", ["nurses"])];
        assert!(policy.rows(&web_user, "mobile_worker.update").holds(fieldgate_policy::Attributes::of(&row)));
        for wrong in ["", "[]", r#"{ "groups": { "sup": "nurses" } }"#] {
            assert!(OwnGroups::configured(wrong).is_err(), "{wrong}");
        }
    }
}
