//! Roles: named sets of permissions in a project space. Source: reference commcare-users §1.

use super::permission::{Grantable, Grants};
use super::person::filled_line;
use super::project_space::text_of;
use super::{FaultCode, Faults, Patch, ProjectSpaceId, RoleId, Standing};

/// Longest name of a role, in characters (reference §1.5).
pub const NAME_MAX: usize = 128;
/// Most roles that may assign one role.
pub const ASSIGNABLE_BY_MAX: usize = 100;

/// A role.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// The project space it belongs to.
    pub project_space: ProjectSpaceId,
    /// Unique in the project space, whatever the case. Never `Admin`.
    pub name: String,
    /// What it grants, normalised.
    pub grants: Grants,
    /// The roles whose holders may give it.
    pub assignable_by: Vec<RoleId>,
    /// Whether every non-admin who may edit users may give it.
    pub editable_by_non_admins: bool,
    /// The role of mobile workers who have none of their own.
    pub is_mobile_default: bool,
    /// Archived roles stay with those who have them and are given to nobody else.
    pub is_archived: bool,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

impl Role {
    /// The permissions in this role that the granter neither holds nor was given the right to hand out. Nobody grants
    /// those, whatever the policy says (DESIGN §1). Empty where the role's "assignable by" names the granter's role: by
    /// that the admins let its holders give this role.
    pub fn beyond<'a>(&'a self, granter: &'a Standing) -> Vec<&'a str> {
        let is_delegated = granter.role.is_some_and(|role| self.assignable_by.contains(&role));
        if granter.is_admin || is_delegated {
            Vec::new()
        } else {
            granter.grants.lacking(&self.grants).collect()
        }
    }
}

/// A role that every new project space has.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it grants.
    pub permissions: &'static [&'static str],
    /// Whether it is the mobile workers' default.
    pub is_mobile_default: bool,
}

impl Preset {
    /// The presets, in CommCare's order, with the defaults of a blank role included (reference §1.2, §1.6).
    pub const ALL: &[Self] = &[
        Self::plain(
            "Read Only",
            &[
                "view_reports",
                "download_reports",
                "access_all_locations",
                "report_an_issue",
                "edit_user_profile",
            ],
        ),
        Self::plain(
            "App Editor",
            &[
                "edit_apps",
                "view_apps",
                "view_reports",
                "download_reports",
                "access_all_locations",
                "report_an_issue",
                "edit_user_profile",
            ],
        ),
        Self::plain(
            "Field Implementer",
            &[
                "edit_commcare_users",
                "view_commcare_users",
                "edit_groups",
                "view_groups",
                "edit_locations",
                "view_locations",
                "edit_shared_exports",
                "view_reports",
                "download_reports",
                "access_all_locations",
                "report_an_issue",
                "edit_user_profile",
            ],
        ),
        Self::plain(
            "Billing Admin",
            &["edit_billing", "access_all_locations", "report_an_issue", "edit_user_profile"],
        ),
        Self {
            name: "Mobile Worker Default",
            permissions: &[
                "access_mobile_endpoints",
                "access_web_apps",
                "report_an_issue",
                "access_all_locations",
            ],
            is_mobile_default: true,
        },
    ];

    const fn plain(name: &'static str, permissions: &'static [&'static str]) -> Self {
        Self { name, permissions, is_mobile_default: false }
    }
}

/// A role as it was sent.
#[derive(Debug, Default)]
pub struct RoleInput {
    /// Its name.
    pub name: String,
    /// Permission names, each with the items it is limited to, if any.
    pub permissions: Vec<(String, Option<Vec<String>>)>,
    /// Ids of the roles whose holders may give it.
    pub assignable_by: Vec<String>,
    /// Whether every non-admin who may edit users may give it.
    pub editable_by_non_admins: bool,
}

/// The same, checked and normalised.
#[derive(Debug)]
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// What it grants.
    pub grants: Grants,
    /// The roles whose holders may give it.
    pub assignable_by: Vec<RoleId>,
    /// Whether every non-admin who may edit users may give it.
    pub editable_by_non_admins: bool,
    /// Whether it is the mobile workers' default.
    pub is_mobile_default: bool,
}

impl From<&Preset> for NewRole {
    fn from(preset: &Preset) -> Self {
        Self {
            name: preset.name.to_owned(),
            grants: Grants::of(preset.permissions),
            assignable_by: Vec::new(),
            editable_by_non_admins: false,
            is_mobile_default: preset.is_mobile_default,
        }
    }
}

/// What is to be changed about a role, as it was sent.
#[derive(Debug, Default)]
pub struct RoleChange {
    /// A new name. It cannot be cleared.
    pub name: Patch<String>,
    /// Replaces all permissions.
    pub permissions: Patch<Vec<(String, Option<Vec<String>>)>>,
    /// Replaces the roles whose holders may give it.
    pub assignable_by: Patch<Vec<String>>,
    /// Whether every non-admin who may edit users may give it.
    pub editable_by_non_admins: Option<bool>,
}

impl RoleInput {
    /// Checks everything at once, and applies the rules of a saved role.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self, grantable: &Grantable) -> Result<NewRole, Faults> {
        let mut faults = Faults::new();
        let name = name(&mut faults, &self.name);
        let mut grants = grants(&mut faults, &self.permissions, grantable);
        grants.normalise(None);
        let assignable_by = assigners(&mut faults, &self.assignable_by);
        match name {
            Some(name) if faults.is_empty() => Ok(NewRole {
                name,
                grants,
                assignable_by,
                editable_by_non_admins: self.editable_by_non_admins,
                is_mobile_default: false,
            }),
            _ => Err(faults),
        }
    }
}

impl RoleChange {
    /// The role as it would be, and all that was wrong. What is left out stays.
    pub fn draft(&self, before: &Role, grantable: &Grantable) -> (Role, Faults) {
        let mut faults = Faults::new();
        let mut role = before.clone();
        match &self.name {
            Patch::Keep => {}
            Patch::Clear => faults.add(FaultCode::Required, &["name"], "`name` must not be empty"),
            Patch::Set(text) => role.name = name(&mut faults, text).unwrap_or_default(),
        }
        match &self.permissions {
            Patch::Keep => {}
            Patch::Clear => role.grants = Grants::none(),
            Patch::Set(permissions) => {
                role.grants = grants(&mut faults, permissions, grantable);
                role.grants.normalise(Some(&before.grants));
            }
        }
        match &self.assignable_by {
            Patch::Keep => {}
            Patch::Clear => role.assignable_by.clear(),
            Patch::Set(ids) => role.assignable_by = assigners(&mut faults, ids),
        }
        if let Some(editable) = self.editable_by_non_admins {
            role.editable_by_non_admins = editable;
        }
        (role, faults)
    }
}

fn name(faults: &mut Faults, text: &str) -> Option<String> {
    let name = text_of(faults, "name", filled_line(text, NAME_MAX))?;
    if name.to_lowercase() == "admin" {
        let message = "`Admin` is every project space's own and not a role";
        faults.add(FaultCode::RoleNameTaken, &["name"], message);
        return None;
    }
    Some(name)
}

fn grants(
    faults: &mut Faults,
    permissions: &[(String, Option<Vec<String>>)],
    grantable: &Grantable,
) -> Grants {
    let mut grants = Grants::none();
    for (index, (permission, items)) in permissions.iter().enumerate() {
        let added = grants.add(permission, items.clone(), grantable);
        faults.take(FaultCode::InvalidValue, &["permissions", &index.to_string()], added);
    }
    grants
}

fn assigners(faults: &mut Faults, ids: &[String]) -> Vec<RoleId> {
    if ids.len() > ASSIGNABLE_BY_MAX {
        faults.add(FaultCode::TooLong, &["assignable_by_ids"], format!("at most {ASSIGNABLE_BY_MAX} roles"));
    }
    let mut assigners = Vec::new();
    for (index, id) in ids.iter().take(ASSIGNABLE_BY_MAX).enumerate() {
        let path = ["assignable_by_ids", &index.to_string()];
        match faults.take(FaultCode::InvalidValue, &path, RoleId::parse(id)) {
            Some(id) if !assigners.contains(&id) => assigners.push(id),
            _ => {}
        }
    }
    // A set: the order in which they were sent says nothing.
    assigners.sort();
    assigners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_normal_already() {
        for preset in Preset::ALL {
            let mut grants = Grants::of(preset.permissions);
            grants.normalise(None);
            assert_eq!(grants, Grants::of(preset.permissions), "{}", preset.name);
        }
    }

    #[test]
    fn admin_is_no_role_in_any_case() {
        let input = RoleInput { name: " aDMIN ".into(), ..RoleInput::default() };
        let faults = input.parse(&Grantable::default()).unwrap_err();
        assert_eq!(faults.into_iter().next().unwrap().code, FaultCode::RoleNameTaken);
    }
}
