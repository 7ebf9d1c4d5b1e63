//! A list and a look at one row agree: `decide` permits exactly the rows that `scope` lets through, asked of the built
//! standard policy with drawn principals and rows: those of `fieldgate policy check`, from many seeds.

use fieldgate::policy::PolicyConfig;
use fieldgate::policy::author::{Desk, Sampler, agreement, standard};
use proptest::prelude::*;
use std::sync::LazyLock;

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let deadline = std::time::Duration::from_secs(2);
    Desk::open(&PolicyConfig { deadline, ..PolicyConfig::default() }, &[standard()]).unwrap()
});

/// Permissions that some rule asks for: drawn as often as all others together.
const PERMISSIONS: &[&str] = &[
    "access_all_locations",
    "access_api",
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn decide_permits_exactly_the_rows_in_scope(seed in any::<u64>(), has_gaps in any::<bool>()) {
        let permissions: Vec<String> = PERMISSIONS.iter().map(|&name| name.to_owned()).collect();
        let sampler = Sampler::new(seed).with_permissions(&permissions);
        let sampler = if has_gaps { sampler.with_gaps() } else { sampler };
        let found = agreement(&DESK, sampler, 40);
        prop_assert!(found.findings.is_empty(), "{}", found.findings.join("\n"));
        prop_assert!(found.answers > 100, "only {} answers were compared", found.answers);
    }
}
