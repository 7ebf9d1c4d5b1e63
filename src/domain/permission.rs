//! Permissions and the grants that roles hold. Source: reference commcare-users §1.

use super::person::filled_line;
use super::project_space::text_of;
use super::{CustomPermissionId, FaultCode, Faults, ProjectSpaceId};
use std::collections::{BTreeMap, BTreeSet};

/// One entry of the permission catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    /// CommCare's name: `edit_commcare_users`.
    pub name: &'static str,
    /// The part of the product it belongs to.
    pub area: &'static str,
    /// What its holder may do, in one sentence.
    pub description: &'static str,
    /// Whether a grant of it may be limited to named items.
    pub can_be_limited: bool,
}

const fn whole(name: &'static str, area: &'static str, description: &'static str) -> Permission {
    Permission { name, area, description, can_be_limited: false }
}

const fn listed(name: &'static str, area: &'static str, description: &'static str) -> Permission {
    Permission { name, area, description, can_be_limited: true }
}

/// All of CommCare's permissions. A project space adds its own under the prefix `custom:`.
pub const CATALOGUE: &[Permission] = &[
    whole("edit_web_users", "Web users", "Invite, change and remove web users."),
    whole("view_web_users", "Web users", "See web users and invitations."),
    whole("view_roles", "Web users", "See roles and their permissions."),
    whole("edit_commcare_users", "Mobile workers", "Create, change and delete mobile workers."),
    whole("view_commcare_users", "Mobile workers", "See mobile workers."),
    whole("edit_groups", "Groups", "Create, change and delete groups."),
    whole("view_groups", "Groups", "See groups."),
    whole("edit_users_in_groups", "Groups", "Change who is in a group."),
    whole("edit_locations", "Locations", "Create, change and archive locations."),
    whole("view_locations", "Locations", "See locations."),
    whole("edit_users_in_locations", "Locations", "Change who is assigned to a location."),
    whole("access_all_locations", "Locations", "Reach everything, whatever its location."),
    whole("edit_data", "Data", "Change submitted forms and cases."),
    whole("view_data_dict", "Data", "See the data dictionary."),
    whole("edit_data_dict", "Data", "Change the data dictionary."),
    whole("view_file_dropzone", "Data", "See the file dropzone."),
    whole("edit_file_dropzone", "Data", "Change the file dropzone."),
    whole("edit_shared_exports", "Data", "Change shared exports."),
    whole("edit_motech", "Data", "Change data forwarding and integrations."),
    whole("edit_apps", "Applications", "Build and change applications."),
    whole("view_apps", "Applications", "See applications."),
    listed("access_web_apps", "Applications", "Use applications in the browser."),
    whole("access_mobile_endpoints", "Applications", "Sync and submit from the mobile application."),
    whole("access_release_management", "Applications", "Manage application releases."),
    whole("edit_linked_configurations", "Applications", "Change linked project spaces' configurations."),
    whole("access_api", "API", "Use the APIs."),
    listed("view_reports", "Reports", "See reports."),
    whole("edit_reports", "Reports", "Create and change reports."),
    whole("download_reports", "Reports", "Download and mail reports."),
    whole("edit_ucrs", "Reports", "Change user configurable reports."),
    listed("view_tableau", "Reports", "See Tableau visualisations."),
    whole("edit_messaging", "Messaging", "Send and schedule messages."),
    whole("manage_domain_alerts", "Messaging", "Manage the project space's alerts."),
    whole("login_as_all_users", "Log in as", "Log in as any mobile worker."),
    whole("limited_login_as", "Log in as", "Log in as the mobile workers that name them."),
    whole("access_default_login_as_user", "Log in as", "Log in as the default mobile worker."),
    listed("manage_data_registry", "Registries and events", "Manage data registries."),
    listed("view_data_registry_contents", "Registries and events", "See what data registries contain."),
    whole("manage_attendance_tracking", "Registries and events", "Manage attendance tracking events."),
    whole("edit_billing", "Billing and support", "See and change subscription and billing."),
    whole("report_an_issue", "Billing and support", "Report an issue to support."),
    whole("edit_user_tableau_config", "Analytics", "Change users' Tableau configuration."),
    whole("view_user_tableau_config", "Analytics", "See users' Tableau configuration."),
    listed("edit_user_profile", "Mobile workers", "Assign user profiles."),
    listed("commcare_analytics_roles", "Analytics", "Hold roles in CommCare Analytics."),
    whole("view_commcare_analytics", "Analytics", "See CommCare Analytics."),
    whole("edit_commcare_analytics", "Analytics", "Change CommCare Analytics."),
];

/// The prefix of permissions that a project space invents for its own policies.
pub const CUSTOM_PREFIX: &str = "custom:";
/// Longest name of a custom permission, prefix included, in characters.
pub const CUSTOM_NAME_MAX: usize = 64;
/// Longest description of a custom permission, in characters.
pub const DESCRIPTION_MAX: usize = 200;
/// Most permissions that one project space declares.
pub const DECLARED_MAX: usize = 200;
/// Most items that one grant may name.
pub const ITEMS_MAX: usize = 100;
/// Longest item, in characters (reference §1.3).
pub const ITEM_MAX: usize = 256;

/// A permission that a project space declares for its own policies.
#[derive(Debug, Clone)]
pub struct CustomPermission {
    /// Its id.
    pub id: CustomPermissionId,
    /// Where it means something.
    pub project_space: ProjectSpaceId,
    /// `custom:approve_removal`
    pub name: String,
    /// What its holder may do, in one sentence.
    pub description: String,
    /// Whether a grant of it may be limited to named items.
    pub can_be_limited: bool,
}

/// The same as it was sent.
#[derive(Debug, Default)]
pub struct CustomPermissionInput {
    /// With the prefix.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Whether a grant of it may be limited to named items.
    pub can_be_limited: bool,
}

impl CustomPermissionInput {
    /// Name and description, checked.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self) -> Result<(String, String), Faults> {
        let mut faults = Faults::new();
        if !is_custom(&self.name) {
            let message = format!(
                "`name` must be `{CUSTOM_PREFIX}` and a-z, 0-9 or `_`, {CUSTOM_NAME_MAX} characters in all at most"
            );
            faults.add(FaultCode::InvalidValue, &["name"], message);
        }
        let description = filled_line(&self.description, DESCRIPTION_MAX);
        match text_of(&mut faults, "description", description) {
            Some(description) if faults.is_empty() => Ok((self.name.clone(), description)),
            _ => Err(faults),
        }
    }
}

/// The permissions that a role of a project space may grant: CommCare's, and those that the project space declares.
#[derive(Debug, Clone, Default)]
pub struct Grantable(BTreeMap<String, bool>);

impl Grantable {
    /// CommCare's and these.
    pub fn with<'a>(declared: impl IntoIterator<Item = &'a CustomPermission>) -> Self {
        Self(declared.into_iter().map(|custom| (custom.name.clone(), custom.can_be_limited)).collect())
    }

    /// Whether a grant of it may be limited to items; nothing when there is no such permission.
    fn can_be_limited(&self, name: &str) -> Option<bool> {
        let known = CATALOGUE.iter().find(|entry| entry.name == name).map(|entry| entry.can_be_limited);
        known.or_else(|| self.0.get(name).copied())
    }
}

/// How far a grant goes. Never both: reference §1.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Items {
    /// Every item there is.
    All,
    /// These alone.
    Only(BTreeSet<String>),
}

impl Items {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(mine), Self::Only(theirs)) => theirs.is_subset(mine),
        }
    }
}

/// Why a grant was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrant {
    /// Not in the catalogue, and not a well-formed custom name.
    #[error("`{0}` is not a permission")]
    Unknown(String),
    /// A custom name that the project space does not declare.
    #[error("`{0}` is not a permission that this project space declares")]
    Undeclared(String),
    /// Items were given for a permission that has none.
    #[error("`{0}` cannot be limited to items")]
    NotLimitable(String),
    /// An item is empty, too long, or there are too many.
    #[error("`{0}` takes at most {ITEMS_MAX} items of 1 to {ITEM_MAX} characters")]
    Items(String),
    /// The same permission twice.
    #[error("`{0}` is granted twice")]
    Twice(String),
}

/// The permissions that somebody holds, with how far each goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<String, Items>);

impl Grants {
    /// No permission at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Grants of these permissions, for all items. For names that stand in our own code.
    pub fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| ((*name).to_owned(), Items::All)).collect())
    }

    /// Adds a grant that came from outside.
    ///
    /// # Errors
    /// [`InvalidGrant`]: an unknown name, items where none belong, or a second grant of one permission.
    pub fn add(
        &mut self,
        name: &str,
        items: Option<Vec<String>>,
        grantable: &Grantable,
    ) -> Result<(), InvalidGrant> {
        let shown = || name.chars().take(CUSTOM_NAME_MAX).collect::<String>();
        let can_be_limited = match grantable.can_be_limited(name) {
            Some(can_be_limited) => can_be_limited,
            None if is_custom(name) => return Err(InvalidGrant::Undeclared(shown())),
            None => return Err(InvalidGrant::Unknown(shown())),
        };
        if self.0.contains_key(name) {
            return Err(InvalidGrant::Twice(shown()));
        }
        let items = match items {
            None => Items::All,
            Some(_) if !can_be_limited => return Err(InvalidGrant::NotLimitable(shown())),
            Some(items) => {
                let fits = |item: &String| (1..=ITEM_MAX).contains(&item.chars().count());
                if items.len() > ITEMS_MAX || !items.iter().all(fits) {
                    return Err(InvalidGrant::Items(shown()));
                }
                Items::Only(items.into_iter().collect())
            }
        };
        self.0.insert(name.to_owned(), items);
        Ok(())
    }

    /// Whether the permission is held for all items.
    pub fn holds(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Items::All))
    }

    /// Name and reach of every grant, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Items)> {
        self.0.iter().map(|(name, items)| (name.as_str(), items))
    }

    /// The names of the custom permissions among them.
    pub fn custom(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|name| name.starts_with(CUSTOM_PREFIX))
    }

    /// The permissions of `other` that are not wholly held here: what a granter lacks.
    pub fn lacking<'a>(&self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        other
            .iter()
            .filter(|(name, theirs)| !self.0.get(*name).is_some_and(|mine| mine.covers(theirs)))
            .map(|(name, _)| name)
    }

    /// What both hold: the rights of an API key that is limited to a role.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let both = self.0.iter().filter_map(|(name, mine)| {
            let items = match (mine, other.0.get(name)?) {
                (Items::All, theirs) => theirs.clone(),
                (Items::Only(_), Items::All) => mine.clone(),
                (Items::Only(mine), Items::Only(theirs)) => Items::Only(mine & theirs),
            };
            Some((name.clone(), items))
        });
        Self(both.collect())
    }

    /// Applies the rules that hold for every saved role, in CommCare's order (reference §1.4). `before` is what the role
    /// granted until now; nothing for a new one.
    pub fn normalise(&mut self, before: Option<&Self>) {
        if !self.holds("access_all_locations") {
            for name in [
                "edit_web_users",
                "view_web_users",
                "edit_groups",
                "view_groups",
                "edit_apps",
                "view_roles",
                "edit_reports",
                "edit_billing",
                "edit_data_dict",
                "view_data_dict",
            ] {
                self.0.remove(name);
            }
        }
        for (edit, view) in [
            ("edit_web_users", "view_web_users"),
            ("edit_commcare_users", "view_commcare_users"),
            ("edit_groups", "view_groups"),
            ("edit_locations", "view_locations"),
            ("edit_data_dict", "view_data_dict"),
            ("edit_apps", "view_apps"),
        ] {
            if self.holds(edit) {
                self.0.insert(view.to_owned(), Items::All);
            }
        }
        for (needed, dependent) in
            [("edit_groups", "edit_users_in_groups"), ("edit_locations", "edit_users_in_locations")]
        {
            if !self.holds(needed) {
                self.0.remove(dependent);
            }
        }
        let sees_reports = match self.0.get("view_reports") {
            None => false,
            Some(Items::All) => true,
            Some(Items::Only(items)) => !items.is_empty(),
        };
        if !sees_reports {
            self.0.remove("download_reports");
        }
        const LINKED: &str = "edit_linked_configurations";
        if let Some(before) = before.filter(|_| self.holds("access_release_management")) {
            if before.holds(LINKED) {
                self.0.insert(LINKED.to_owned(), Items::All);
            } else {
                self.0.remove(LINKED);
            }
        }
    }
}

/// Grants that our own database holds: they were checked before they were written.
impl FromIterator<(String, Items)> for Grants {
    fn from_iter<T: IntoIterator<Item = (String, Items)>>(stored: T) -> Self {
        Self(stored.into_iter().collect())
    }
}

fn is_custom(name: &str) -> bool {
    name.len() <= CUSTOM_NAME_MAX
        && name.strip_prefix(CUSTOM_PREFIX).is_some_and(|rest| {
            !rest.is_empty()
                && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_commcares_47_permissions_once_each() {
        let names: BTreeSet<_> = CATALOGUE.iter().map(|entry| entry.name).collect();
        assert_eq!((CATALOGUE.len(), names.len()), (47, 47));
    }

    #[test]
    fn a_role_limited_to_locations_loses_what_would_reach_beyond_them() {
        let mut grants = Grants::of(&["edit_web_users", "edit_commcare_users"]);
        grants.normalise(None);
        assert_eq!(grants, Grants::of(&["edit_commcare_users", "view_commcare_users"]));
    }

    #[test]
    fn changing_group_members_needs_the_right_to_change_groups() {
        let mut grants = Grants::of(&["access_all_locations", "edit_users_in_groups", "download_reports"]);
        grants.normalise(None);
        assert_eq!(grants, Grants::of(&["access_all_locations"]));
    }

    #[test]
    fn a_limited_grant_does_not_cover_a_whole_one() {
        let mut mine = Grants::none();
        mine.add("view_reports", Some(vec!["stock".into()]), &Grantable::default()).unwrap();
        assert_eq!(mine.lacking(&Grants::of(&["view_reports"])).collect::<Vec<_>>(), ["view_reports"]);
        assert_eq!(Grants::of(&["view_reports"]).lacking(&mine).count(), 0);
    }

    #[test]
    fn unknown_permissions_and_misplaced_items_are_refused() {
        let mut grants = Grants::none();
        let declared = CustomPermission {
            id: CustomPermissionId(uuid::Uuid::nil()),
            project_space: ProjectSpaceId(uuid::Uuid::nil()),
            name: "custom:approve_removal".into(),
            description: "Approve the removal of a worker.".into(),
            can_be_limited: false,
        };
        let grantable = Grantable::with([&declared]);
        let mut add = |name: &str, items: Option<&str>| {
            grants.add(name, items.map(|item| vec![item.to_owned()]), &grantable)
        };
        assert_eq!(add("edit_roles", None), Err(InvalidGrant::Unknown("edit_roles".into())));
        assert_eq!(add("custom:", None), Err(InvalidGrant::Unknown("custom:".into())));
        assert_eq!(add("custom:paint", None), Err(InvalidGrant::Undeclared("custom:paint".into())));
        for name in ["edit_groups", "custom:approve_removal"] {
            assert_eq!(add(name, Some("a")), Err(InvalidGrant::NotLimitable(name.into())));
        }
        assert_eq!(add("custom:approve_removal", None), Ok(()));
        let twice = InvalidGrant::Twice("custom:approve_removal".into());
        assert_eq!(add("custom:approve_removal", None), Err(twice));
    }

    #[test]
    fn who_manages_releases_keeps_linked_configurations_as_they_were() {
        let releases = Grants::of(&["access_all_locations", "access_release_management"]);
        let both =
            Grants::of(&["access_all_locations", "access_release_management", "edit_linked_configurations"]);
        for (given, before, expected) in [
            (&releases, Some(&both), &both),
            (&both, Some(&releases), &releases),
            (&both, None, &both),
            (&releases, None, &releases),
        ] {
            let mut grants = given.clone();
            grants.normalise(before);
            assert_eq!(grants, *expected, "{given:?} after {before:?}");
        }
        let mut without = Grants::of(&["access_all_locations"]);
        without.normalise(Some(&both));
        assert_eq!(without, Grants::of(&["access_all_locations"]));
    }

    #[test]
    fn a_custom_name_has_its_prefix_and_plain_letters() {
        let parse = |name: &str| {
            let input =
                CustomPermissionInput { name: name.into(), description: "x".into(), ..Default::default() };
            input.parse().map(|(name, _)| name)
        };
        for name in ["custom:a", "custom:approve_removal_2", &format!("custom:{}", "x".repeat(57))] {
            assert_eq!(parse(name), Ok(name.to_owned()));
        }
        for name in [
            "",
            "custom",
            "custom:",
            "approve",
            "Custom:a",
            "custom:A",
            "custom:a b",
            "custom:é",
            " custom:a",
        ] {
            assert!(parse(name).is_err(), "{name}");
        }
        assert!(parse(&format!("custom:{}", "x".repeat(58))).is_err());
    }
}
