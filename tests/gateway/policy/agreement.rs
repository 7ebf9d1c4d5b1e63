//! A list and a look at one row agree: `decide` permits exactly the rows that `scope` lets through, asked of the built
//! standard policy with drawn principals and rows.

use super::{Asker, hex, hexes, host, permits};
use fieldgate::authz::{ACTIONS, Attributes, PolicyEngine, Value};
use fieldgate::policy::PolicyHost;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::sync::LazyLock;

static HOST: LazyLock<PolicyHost> = LazyLock::new(host);

/// Permissions that some rule asks for, and one that none does.
const PERMISSIONS: &[&str] = &[
    "access_all_locations",
    "access_api",
    "edit_apps",
    "edit_commcare_users",
    "edit_groups",
    "edit_locations",
    "edit_user_profile",
    "edit_users_in_groups",
    "edit_users_in_locations",
    "edit_web_users",
    "view_commcare_users",
    "view_groups",
    "view_locations",
    "view_roles",
    "view_web_users",
];

/// Few enough ids that those of principals and rows often meet.
const IDS: [u128; 4] = [1, 2, 3, 4];

fn asker() -> impl Strategy<Value = Asker> {
    (
        subsequence(PERMISSIONS, 0..=3),
        prop::bool::weighted(0.05),
        any::<bool>(),
        subsequence(&IDS, 0..=2),
        subsequence(&IDS, 0..=2),
        prop::option::of(select(&IDS)),
        prop::option::weighted(0.1, subsequence(&IDS, 0..=2)),
    )
        .prop_map(|(permissions, is_admin, is_web_user, locations, groups, role, profiles)| {
            let asker =
                if is_web_user { Asker::web_user(&permissions) } else { Asker::mobile_worker(&permissions) };
            let mut asker = asker.at(&locations).in_groups(&groups);
            asker.standing.is_admin = is_admin;
            if let Some(profiles) = profiles {
                asker = asker.giving(&profiles);
            }
            match role {
                Some(role) => asker.with_role(role),
                None => asker,
            }
        })
}

/// A row of any kind: it has what some kind has, and lacks some of it.
fn row() -> impl Strategy<Value = Attributes> {
    let texts = || subsequence(&IDS, 0..=2).prop_map(|ids| Value::Texts(hexes(&ids)));
    let id = || select(&IDS).prop_map(|id| Value::Text(hex(id)));
    let truth = || any::<bool>().prop_map(Value::Boolean);
    (
        prop::option::weighted(0.9, id()),
        prop::option::weighted(0.9, texts()),
        prop::option::weighted(0.9, texts()),
        prop::option::weighted(0.9, truth()),
        prop::option::weighted(0.9, truth()),
        prop::option::weighted(0.9, truth()),
        prop::option::weighted(0.9, id()),
    )
        .prop_map(|(id, lineage, assignable_by, editable, archived, is_admin, owner)| {
            [
                ("id", id),
                ("location_lineage", lineage),
                ("assignable_by", assignable_by),
                ("editable_by_non_admins", editable),
                ("is_archived", archived),
                ("is_admin", is_admin),
                ("owner_id", owner),
            ]
            .into_iter()
            .fold(Attributes::new().with("name", "x"), |row, (name, value)| match value {
                Some(value) => row.with(name, value),
                None => row,
            })
        })
}

/// What is done to rows; what is done to the project space has no list.
fn questions() -> Vec<(&'static str, &'static str)> {
    const KINDS: [&str; 13] = [
        "invitation",
        "web_user",
        "access_request",
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
    ];
    ACTIONS.iter().copied().filter(|(_, kind)| KINDS.contains(kind)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn decide_permits_exactly_the_rows_in_scope(
        asker in asker(),
        rows in prop::collection::vec(row(), 1..6),
        (action, kind) in select(questions()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let scope = runtime.block_on(HOST.scope(&asker.asks_for_rows(action, kind))).unwrap().answer;
        for row in rows {
            let request = asker.asks(action, kind, row.clone(), Attributes::new());
            let decision = runtime.block_on(HOST.decide(&request)).unwrap().answer;
            prop_assert_eq!(
                permits(&decision),
                scope.contain(&row),
                "`{}` on {:?}: {:?}, but the scope is {:?}", action, row, decision, scope
            );
        }
    }
}
