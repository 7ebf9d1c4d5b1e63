//! The built standard policy, compared with a table in Rust that was written from the rules and not from its code.

use super::{Asker, hex, hexes, host};
use fieldgate::authz::{ACTIONS, AskedResource, Attributes, Decision, PolicyEngine, Value};
use fieldgate::domain::Identity;
use fieldgate::domain::permission::Items;

/// What the table says.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Permit,
    /// The asker hears that there is no such thing.
    Hidden,
    /// The asker hears this reason.
    Refused(&'static str),
    /// Nobody answers.
    Silence,
}
use Expected::{Hidden, Permit, Refused, Silence};

fn table(asker: &Asker, kind: &str, action: &str, row: &Attributes, proposed: &Attributes) -> Expected {
    if asker.identity == Identity::System {
        return Permit;
    }
    let who = &asker.standing;
    let holds = |permission: &str| who.holds(permission);
    let any = |permissions: &[&str]| permissions.iter().any(|permission| holds(permission));
    let is = |name: &str, id: String| row.get(name) == Some(&Value::Text(id));
    let truth = |name: &str| row.get(name) == Some(&Value::Boolean(true));
    let shares = |name: &str, ids: Vec<String>| match row.get(name) {
        Some(Value::Texts(texts)) => texts.iter().any(|text| ids.contains(text)),
        _ => false,
    };
    let my_id = match asker.identity {
        Identity::WebUser(id) => id.hex(),
        Identity::MobileWorker(id) => id.hex(),
        Identity::Anonymous | Identity::System => unreachable!("never asked"),
    };
    let my_locations = || who.locations.iter().map(|id| id.hex()).collect::<Vec<_>>();
    let all = holds("access_all_locations");
    let reach = all || shares("location_lineage", my_locations());
    let proposes_admin = proposed.get("is_admin") == Some(&Value::Boolean(true));
    let loses_its_places = proposed.get("location_ids") == Some(&Value::Texts(Vec::new()));
    let or_hidden = |may: bool| if may { Permit } else { Hidden };
    let needs = |may: bool| if may { Permit } else { Refused("missing_permission") };

    match (kind, action) {
        ("project_space", "project_space.read") | ("location_type", "location_type.read") => Permit,

        ("project_space", "project_space.update") => {
            if who.is_admin {
                Permit
            } else {
                Refused("admin_only")
            }
        }

        ("project_space", "invitation.create") if !holds("edit_web_users") => needs(false),
        ("project_space", "invitation.create") => match proposed.get("location_ids") {
            _ if proposes_admin && !who.is_admin => Refused("admin_only"),
            _ if all => Permit,
            Some(Value::Texts(locations)) if !locations.is_empty() => Permit,
            _ => Refused("location_required"),
        },
        ("invitation", _) => {
            let reads = any(&["view_web_users", "edit_web_users"]) && reach;
            let edits = holds("edit_web_users");
            let of_an_admin = row.get("is_admin") != Some(&Value::Boolean(false));
            match action {
                "invitation.read" => or_hidden(reads),
                "invitation.update" | "invitation.resend" | "invitation.delete" if !reads => Hidden,
                "invitation.resend" | "invitation.delete" => needs(edits),
                "invitation.update" if edits && !who.is_admin && (of_an_admin || proposes_admin) => {
                    Refused("admin_only")
                }
                "invitation.update" if edits && !all && loses_its_places => Refused("location_required"),
                "invitation.update" => needs(edits),
                _ => Silence,
            }
        }
        ("email_address", "email_address.read") => {
            or_hidden(any(&["view_web_users", "edit_web_users"]) && all)
        }
        ("access_request", "access_request.read" | "access_request.reject") => {
            or_hidden(holds("edit_web_users") && all)
        }

        ("audit_entry", "audit.read") | ("decision", "decision.read") => or_hidden(who.is_admin),
        ("policy_stack", "policy.read") => or_hidden(who.is_admin),
        (
            "policy_stack",
            "policy.upload" | "policy.delete" | "policy.revise" | "policy.set_cases" | "policy.monitor"
            | "policy.activate",
        ) => {
            if who.is_admin {
                Permit
            } else {
                Refused("admin_only")
            }
        }

        ("project_space", "mobile_worker.create") if !holds("edit_commcare_users") => needs(false),
        ("project_space", "mobile_worker.create") => match proposed.get("location_ids") {
            _ if all => Permit,
            Some(Value::Texts(locations)) if !locations.is_empty() => Permit,
            _ => Refused("location_required"),
        },
        ("mobile_worker", _) => {
            let reads =
                (any(&["view_commcare_users", "edit_commcare_users"]) && reach) || is("id", my_id.clone());
            let edits = holds("edit_commcare_users") && reach;
            let stays = all || proposed.get("location_ids") != Some(&Value::Texts(Vec::new()));
            match action {
                "mobile_worker.read" => or_hidden(reads),
                "mobile_worker.update" if edits && !stays => Refused("location_required"),
                "mobile_worker.update"
                | "mobile_worker.activate"
                | "mobile_worker.set_password"
                | "mobile_worker.deactivate"
                | "mobile_worker.delete"
                | "personal_id_link.activate"
                | "personal_id_link.invite"
                | "personal_id_link.deactivate"
                | "mobile_worker.restore"
                | "mobile_worker.send_confirmation"
                | "mobile_worker.send_password_reset" => match (edits, reads) {
                    (true, _) => Permit,
                    (false, false) => Hidden,
                    (false, true) if holds("edit_commcare_users") => Refused("out_of_reach"),
                    (false, true) => needs(false),
                },
                "personal_id_link.link" => match is("id", my_id.clone()) {
                    true => Permit,
                    false if reads => Refused("not_your_own"),
                    false => Hidden,
                },
                "mobile_worker.regroup" => {
                    let manages = any(&["edit_commcare_users", "view_commcare_users"]);
                    let gives = any(&["edit_commcare_users", "edit_groups", "edit_users_in_groups"]);
                    match reads {
                        _ if gives && manages && reach => Permit,
                        false => Hidden,
                        true if gives && manages => Refused("out_of_reach"),
                        true => needs(false),
                    }
                }
                _ => Silence,
            }
        }

        ("project_space", "role.create") => {
            if who.is_admin {
                Permit
            } else {
                Refused("admin_only")
            }
        }
        ("web_user", _) => {
            let reads = (any(&["view_web_users", "edit_web_users"]) && reach) || is("id", my_id);
            let edits = holds("edit_web_users");
            let of_an_admin = row.get("is_admin") != Some(&Value::Boolean(false));
            match action {
                "web_user.read" => or_hidden(reads),
                "web_user.update"
                | "web_user.activate"
                | "web_user.deactivate"
                | "web_user.remove"
                | "web_user.restore" => match () {
                    () if !reads => Hidden,
                    () if !edits => needs(false),
                    () if !reach => Refused("out_of_reach"),
                    () if !who.is_admin && (of_an_admin || proposes_admin) => Refused("admin_only"),
                    () if !all && loses_its_places => Refused("location_required"),
                    () => Permit,
                },
                _ => Silence,
            }
        }
        ("project_space", "custom_permission.create") | ("custom_permission", "custom_permission.delete") => {
            if who.is_admin {
                Permit
            } else {
                Refused("admin_only")
            }
        }
        ("custom_permission", "custom_permission.read") => Permit,
        ("role", _) => {
            let my_role = who.role.map(|role| role.hex());
            let reads = any(&[
                "view_roles",
                "view_web_users",
                "edit_web_users",
                "view_commcare_users",
                "edit_commcare_users",
            ]) || my_role.clone().is_some_and(|role| is("id", role));
            let manages = any(&["edit_commcare_users", "edit_web_users"]);
            let open =
                truth("editable_by_non_admins") || shares("assignable_by", my_role.into_iter().collect());
            match action {
                "role.read" => or_hidden(reads),
                "role.paint" => Silence,
                _ if !reads => Hidden,
                "role.update" | "role.archive" | "role.unarchive" | "role.delete" if who.is_admin => Permit,
                "role.update" | "role.archive" | "role.unarchive" | "role.delete" => Refused("admin_only"),
                _ if truth("is_archived") => Refused("archived"),
                _ if who.is_admin || (manages && open) => Permit,
                _ if manages => Refused("role_not_assignable"),
                _ => needs(false),
            }
        }

        ("project_space", "location_type.create")
        | ("location_type", "location_type.update" | "location_type.delete") => {
            needs(holds("edit_locations") && all)
        }
        ("project_space", "location.create") if !holds("edit_locations") => needs(false),
        ("project_space", "location.create") => match proposed.get("parent_id") {
            _ if all => Permit,
            Some(Value::Text(_)) => Permit,
            _ => Refused("location_required"),
        },
        ("location", _) => {
            let reads = (any(&[
                "view_locations",
                "edit_locations",
                "view_commcare_users",
                "edit_commcare_users",
                "view_web_users",
                "edit_web_users",
            ]) && reach)
                || my_locations().into_iter().any(|location| is("id", location));
            let assigns =
                any(&["edit_commcare_users", "edit_web_users", "edit_locations", "edit_users_in_locations"]);
            match action {
                "location.read" => or_hidden(reads),
                "location.assign" if assigns && reach => Permit,
                _ if !reads => Hidden,
                "location.assign" if assigns => Refused("out_of_reach"),
                "location.assign" => needs(false),
                "location.update" | "location.archive" | "location.unarchive" | "location.delete" => {
                    // A move to the top, or from there, is not for those who are limited to places.
                    let parent = |side: &Attributes| match side.get("parent_id") {
                        Some(Value::Text(id)) => Some(id.clone()),
                        _ => None,
                    };
                    let (before, after) = (parent(row), parent(proposed));
                    let moved = proposed.get("parent_id").is_some() && before != after;
                    let top = before.is_none() || after.is_none();
                    match () {
                        () if !holds("edit_locations") => needs(false),
                        () if !reach => Refused("out_of_reach"),
                        () if action == "location.update" && !all && moved && top => {
                            Refused("location_required")
                        }
                        () => Permit,
                    }
                }
                _ => Silence,
            }
        }

        ("user_fields" | "user_profile", _) => {
            let gives = holds("edit_user_profile");
            let listed: Vec<String> = match who.grants.iter().find(|(name, _)| *name == "edit_user_profile") {
                Some((_, Items::Only(items))) => items.iter().map(|item| item.replace("up_", "")).collect(),
                _ => Vec::new(),
            };
            let mine = listed.iter().any(|id| is("id", id.clone()));
            let people = any(&[
                "edit_commcare_users",
                "view_commcare_users",
                "edit_web_users",
                "view_web_users",
                "edit_user_profile",
            ]);
            match action {
                "user_fields.read" => or_hidden(people || !listed.is_empty()),
                "user_fields.update" if !people && listed.is_empty() => Hidden,
                "user_fields.update" => needs(gives && all && holds("edit_commcare_users")),
                "user_profile.read" => or_hidden(people || mine),
                "user_profile.assign" if gives || mine => Permit,
                "user_profile.assign" if !people => Hidden,
                "user_profile.assign" if !listed.is_empty() => Refused("profile_not_assignable"),
                "user_profile.assign" => needs(false),
                _ => Silence,
            }
        }

        ("project_space", "group.create") => needs(holds("edit_groups")),
        ("group", "group.read" | "group.assign" | "group.update" | "group.delete" | "group.restore") => {
            let mine = who.groups.iter().any(|group| is("id", group.hex()));
            let reads =
                any(&["view_groups", "edit_groups", "view_commcare_users", "edit_commcare_users"]) || mine;
            let assigns = any(&["edit_commcare_users", "edit_groups", "edit_users_in_groups"]);
            match action {
                "group.read" => or_hidden(reads),
                "group.assign" if assigns => Permit,
                "group.update" | "group.delete" | "group.restore" if holds("edit_groups") => Permit,
                _ if reads => needs(false),
                _ => Hidden,
            }
        }

        ("project_space", "api.use") => needs(holds("access_api")),
        ("project_space", "api_key.create") => match asker.identity {
            Identity::WebUser(_) => needs(holds("access_api")),
            _ => Refused("web_users_only"),
        },
        ("api_key", "api_key.delete") => or_hidden(who.is_admin || is("owner_id", my_id)),
        _ => Silence,
    }
}

/// The rows of each kind that some rule tells apart, with what is proposed.
fn rows(kind: &str) -> Vec<(Attributes, Attributes)> {
    let none = Attributes::new;
    let lineages = [hexes(&[10, 11]), hexes(&[12]), Vec::new()];
    let plain: Vec<Attributes> = match kind {
        "project_space" => {
            return vec![
                (none().with("name", "acme"), none()),
                (none(), none().with("location_ids", Vec::new())),
                (none(), none().with("location_ids", hexes(&[10]))),
                (none(), none().with("parent_id", hex(10))),
                (none(), none().with("parent_id", Value::Nothing)),
                (none(), none().with("is_admin", true).with("location_ids", hexes(&[10]))),
                (none(), none().with("is_admin", false).with("location_ids", Vec::new())),
            ];
        }
        "mobile_worker" => {
            return [1, 2]
                .into_iter()
                .flat_map(|id| lineages.clone().map(|lineage| (id, lineage)))
                .map(|(id, lineage)| none().with("id", hex(id)).with("location_lineage", lineage))
                .flat_map(|row| locations_proposed().map(|proposed| (row.clone(), proposed)))
                .collect();
        }
        "invitation" => {
            let proposals = [
                none(),
                none().with("is_admin", true).with("location_ids", hexes(&[10])),
                none().with("is_admin", false).with("location_ids", Vec::new()),
            ];
            return lineages
                .into_iter()
                .flat_map(|lineage| [true, false].map(|admin| (lineage.clone(), admin)))
                .map(|(lineage, admin)| none().with("location_lineage", lineage).with("is_admin", admin))
                .flat_map(|row| proposals.clone().map(|proposed| (row.clone(), proposed)))
                .collect();
        }
        "web_user" => {
            let proposals = [
                none(),
                none().with("is_admin", true).with("location_ids", hexes(&[10])),
                none().with("is_admin", false).with("location_ids", Vec::new()),
            ];
            return [1, 2]
                .into_iter()
                .flat_map(|id| lineages.clone().map(|lineage| (id, lineage)))
                .flat_map(|(id, lineage)| [true, false].map(|admin| (id, lineage.clone(), admin)))
                .map(|(id, lineage, admin)| {
                    none().with("id", hex(id)).with("location_lineage", lineage).with("is_admin", admin)
                })
                .flat_map(|row| proposals.clone().map(|proposed| (row.clone(), proposed)))
                .collect();
        }
        "access_request" => vec![none().with("id", hex(60)).with("state", "open")],
        "email_address" => vec![none().with("email", "jdoe@example.org").with("is_blocked", true)],
        "role" => (0..16_u128)
            .map(|bits| {
                none()
                    .with("id", hex(20 + (bits & 1)))
                    .with("assignable_by", if bits & 2 == 0 { Vec::new() } else { hexes(&[20, 22]) })
                    .with("editable_by_non_admins", bits & 4 != 0)
                    .with("is_archived", bits & 8 != 0)
            })
            .collect(),
        "location" => {
            return [10, 13]
                .into_iter()
                .flat_map(|id| lineages.clone().map(|lineage| (id, lineage)))
                .flat_map(|(id, lineage)| [(id, lineage.clone(), true), (id, lineage, false)])
                .map(|(id, lineage, below)| {
                    let row = none().with("id", hex(id)).with("location_lineage", lineage);
                    if below { row.with("parent_id", hex(14)) } else { row }
                })
                .flat_map(|row| {
                    let to = |parent: Value| (row.clone(), none().with("parent_id", parent));
                    [
                        (row.clone(), none()),
                        to(Value::Text(hex(14))),
                        to(Value::Text(hex(15))),
                        to(Value::Nothing),
                    ]
                })
                .collect();
        }
        "location_type" | "custom_permission" => vec![none().with("id", hex(40))],
        "user_fields" | "policy_stack" => vec![none().with("id", hex(1))],
        "user_profile" => [70, 71].map(|id| none().with("id", hex(id))).into(),
        "group" => [30, 31].map(|id| none().with("id", hex(id))).into(),
        "decision" => vec![none().with("id", hex(62)).with("action", "role.update")],
        "audit_entry" => vec![none().with("id", hex(61)).with("action", "role.update")],
        "api_key" => [1, 2].map(|id| none().with("owner_id", hex(id))).into(),
        other => unreachable!("standard has no rule for `{other}`"),
    };
    plain.into_iter().map(|row| (row, none())).collect()
}

/// Nothing said of locations, all of them taken away, and one given.
fn locations_proposed() -> [Attributes; 3] {
    let to = |locations| Attributes::new().with("location_ids", hexes(locations));
    [Attributes::new(), to(&[]), to(&[10])]
}

fn askers() -> Vec<Asker> {
    const PERMISSIONS: &[&str] = &[
        "edit_commcare_users",
        "view_commcare_users",
        "edit_web_users",
        "view_web_users",
        "view_roles",
        "edit_groups",
        "view_groups",
        "edit_users_in_groups",
        "edit_locations",
        "edit_user_profile",
        "view_locations",
        "edit_users_in_locations",
        "access_api",
        "edit_apps",
    ];
    let mut sets: Vec<Vec<&str>> = vec![vec![], vec!["access_all_locations"], PERMISSIONS.to_vec()];
    sets.extend(PERMISSIONS.iter().map(|&permission| vec![permission]));
    sets.extend(PERMISSIONS.iter().map(|&permission| vec![permission, "access_all_locations"]));
    sets.iter()
        .flat_map(|permissions| [Asker::web_user(permissions), Asker::mobile_worker(permissions)])
        .chain([Asker::admin(), Asker::system()])
        .chain(
            [vec![], vec!["edit_commcare_users", "access_all_locations", "edit_user_profile"]]
                .iter()
                .map(|held| Asker::web_user(held)),
        )
        .chain([Asker::web_user(&[]).giving(&[70]), Asker::mobile_worker(&[]).giving(&[70, 72])])
        .flat_map(|asker| [asker.clone(), asker.at(&[10]).in_groups(&[30]).with_role(20)])
        .collect()
}

/// `session.*` and what is the operator's never reach a policy.
fn questions() -> impl Iterator<Item = (&'static str, &'static str)> {
    const KINDS: [&str; 17] = [
        "project_space",
        "invitation",
        "web_user",
        "access_request",
        "email_address",
        "mobile_worker",
        "role",
        "custom_permission",
        "location",
        "location_type",
        "group",
        "user_fields",
        "user_profile",
        "api_key",
        "audit_entry",
        "decision",
        "policy_stack",
    ];
    ACTIONS.iter().copied().filter(|(_, kind)| KINDS.contains(kind)).chain([
        ("mobile_worker.paint", "mobile_worker"),
        ("role.paint", "role"),
        ("project_space.delete", "project_space"),
        ("role.read", "group"),
    ])
}

#[tokio::test]
async fn standard_says_what_the_table_says() {
    let host = host();
    let mut asked = 0;
    for asker in askers() {
        for (action, kind) in questions() {
            let rows = rows(kind);
            let resources = rows.iter().map(|(row, proposed)| AskedResource {
                id: None,
                attributes: row.clone(),
                proposed: proposed.clone(),
            });
            let request = asker.asks_about(action, kind, resources.collect());
            for ((row, proposed), decided) in rows.iter().zip(host.decide_many(&request).await.unwrap()) {
                let said = match &decided.answer {
                    Decision::Permit(obligations) if obligations.is_empty() => Permit,
                    Decision::Permit(_) => panic!("standard asks for nothing"),
                    Decision::Deny(denial) if denial.reason == "not_applicable" => Silence,
                    Decision::Deny(denial) if !denial.visible => Hidden,
                    Decision::Deny(denial) => {
                        assert_eq!(
                            denial.missing.is_empty(),
                            !NAMES_MISSING.contains(&&*denial.reason),
                            "{denial:?}"
                        );
                        Refused(REASONS.iter().find(|&&reason| reason == denial.reason).unwrap())
                    }
                };
                let expected = table(&asker, kind, action, row, proposed);
                assert_eq!(said, expected, "`{action}` by {asker:?} on {row:?}, proposing {proposed:?}");
                asked += 1;
            }
        }
    }
    assert!(asked > 10_000, "only {asked} questions were asked");
}

const NAMES_MISSING: &[&str] = &["missing_permission", "out_of_reach", "profile_not_assignable"];
const REASONS: &[&str] = &[
    "missing_permission",
    "location_required",
    "out_of_reach",
    "admin_only",
    "archived",
    "role_not_assignable",
    "profile_not_assignable",
    "web_users_only",
    "not_your_own",
];

#[tokio::test]
async fn a_denial_names_what_is_missing() {
    let host = host();
    let asker = Asker::web_user(&["edit_locations"]);
    let missing = async |action| {
        let request = asker.asks_about(action, "project_space", vec![AskedResource::default()]);
        match host.decide_many(&request).await.unwrap().pop().unwrap().answer {
            Decision::Deny(denial) => (denial.message, denial.missing),
            permit @ Decision::Permit(_) => panic!("{permit:?}"),
        }
    };
    assert_eq!(
        missing("group.create").await,
        ("this needs the permission `edit_groups`".to_owned(), vec!["edit_groups".to_owned()])
    );
    assert_eq!(
        missing("location_type.create").await,
        ("this needs `access_all_locations`".to_owned(), vec!["access_all_locations".to_owned()])
    );
}
