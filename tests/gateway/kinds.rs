//! The kinds of people that the tables of who may what know: one list, for those who ask a policy and for those who ask over
//! the wire.

/// A kind of principal.
pub struct Kind {
    pub name: &'static str,
    /// What they are, for the readers of a table.
    pub told: &'static str,
    pub who: Who,
}

/// What somebody of a kind is.
pub enum Who {
    Admin,
    /// A web user with these permissions, at no location.
    WebUser(&'static [&'static str]),
    /// A web user with these permissions, at the place where the near things are.
    WebUserThere(&'static [&'static str]),
    /// A mobile worker with the default role, which has these permissions.
    Worker(&'static [&'static str]),
}

pub const KINDS: [Kind; 5] = [
    Kind { name: "admin", told: "an admin of the project space", who: Who::Admin },
    Kind {
        name: "manager",
        told: "may edit web users, mobile workers, groups and locations, everywhere",
        who: Who::WebUser(&[
            "access_all_locations",
            "access_api",
            "edit_commcare_users",
            "edit_groups",
            "edit_locations",
            "edit_user_profile",
            "edit_web_users",
            "view_commcare_users",
            "view_groups",
            "view_locations",
            "view_roles",
            "view_web_users",
        ]),
    },
    Kind {
        name: "supervisor",
        told: "may edit mobile workers and locations, at and below one location",
        who: Who::WebUserThere(&[
            "access_api",
            "edit_commcare_users",
            "edit_locations",
            "view_commcare_users",
            "view_locations",
        ]),
    },
    Kind {
        name: "viewer",
        told: "may see everything, everywhere",
        who: Who::WebUser(&[
            "access_all_locations",
            "access_api",
            "view_commcare_users",
            "view_groups",
            "view_locations",
            "view_roles",
            "view_web_users",
        ]),
    },
    Kind {
        name: "worker",
        told: "a mobile worker with the default role",
        who: Who::Worker(&[
            "access_all_locations",
            "access_mobile_endpoints",
            "access_web_apps",
            "report_an_issue",
        ]),
    },
];

/// What a table says of them, a line each.
pub fn legend() -> String {
    KINDS.iter().map(|Kind { name, told, .. }| format!("{name:12}{told}\n")).collect()
}
