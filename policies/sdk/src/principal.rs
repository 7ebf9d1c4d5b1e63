//! Who asks.

use crate::text::listed;
use crate::{Principal, PrincipalKind, SignIn};

impl Principal {
    /// Whether this permission is held for all items. Admins hold every permission.
    pub fn holds(&self, permission: &str) -> bool {
        self.is_admin || listed(self.permissions.as_bytes(), permission.as_bytes())
    }

    /// Whether at least one of these permissions is held for all items.
    pub fn holds_any(&self, permissions: &[&str]) -> bool {
        self.is_admin
            || permissions.iter().any(|permission| listed(self.permissions.as_bytes(), permission.as_bytes()))
    }

    /// The items for which this permission is held when it is not held for all.
    pub fn items(&self, permission: &str) -> &[String] {
        self.limited.iter().find(|grant| grant.permission == permission).map_or(&[], |grant| &grant.items)
    }

    /// A web user with this id and no rights, as a start for tests.
    pub fn web_user(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: PrincipalKind::WebUser,
            signed_in_by: SignIn::Password,
            is_admin: false,
            role_id: None,
            permissions: String::new(),
            limited: Vec::new(),
            location_ids: Vec::new(),
            group_ids: Vec::new(),
        }
    }

    /// A mobile worker with this id and no rights, as a start for tests.
    pub fn mobile_worker(id: &str) -> Self {
        Self { kind: PrincipalKind::MobileWorker, ..Self::web_user(id) }
    }

    /// The same principal with these permissions alone, each for all items.
    #[must_use]
    pub fn holding(mut self, permissions: &[&str]) -> Self {
        let mut sorted = permissions.to_vec();
        sorted.sort_unstable();
        self.permissions = sorted.join(" ");
        self
    }

    /// The same principal, assigned to these locations alone.
    #[must_use]
    pub fn at(mut self, location_ids: &[&str]) -> Self {
        self.location_ids = location_ids.iter().map(|&id| id.to_owned()).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_held_by_its_whole_name() {
        let principal = Principal::web_user("a").holding(&["view_groups", "edit_groups"]);
        assert!(principal.holds("edit_groups") && principal.holds("view_groups"));
        assert!(!principal.holds("groups") && !principal.holds("edit_group"));
        assert!(principal.holds_any(&["edit_apps", "view_groups"]) && !principal.holds_any(&["edit_apps"]));
    }

    #[test]
    fn nobody_holds_the_empty_permission_and_admins_hold_everything() {
        assert!(!Principal::web_user("a").holding(&["edit_groups"]).holds(""));
        assert!(Principal { is_admin: true, ..Principal::web_user("a") }.holds("edit_groups"));
    }
}
