//! Shipping policies from the command line: without a running gateway, and beside one.

use crate::cli::{Serving, complaint, printed, run, space_and_key};
use crate::policy::guest::{denying, permitting};
use crate::policy_stack::{digest, example};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// What `fieldgate policy … --project-space acme --json` prints.
pub fn policy(folder: &Path, arguments: &[&str]) -> Json {
    let mut line = vec!["policy"];
    line.extend_from_slice(arguments);
    line.extend_from_slice(&["--project-space", "acme", "--json"]);
    serde_json::from_str(printed(&run(folder, &line))).unwrap()
}

pub fn refused(folder: &Path, arguments: &[&str]) -> String {
    let mut line = vec!["policy"];
    line.extend_from_slice(arguments);
    line.extend_from_slice(&["--project-space", "acme"]);
    complaint(&run(folder, &line)).to_owned()
}

#[test]
fn a_command_about_what_is_in_a_database_makes_none() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    std::fs::write(folder.join("own-groups.wasm"), example("own-groups")).unwrap();
    for arguments in [&["upload", "own-groups.wasm"][..], &["history"], &["report"], &["cases"]] {
        let told = refused(folder, arguments);
        assert!(told.contains("`--data-dir`") && told.contains("fieldgate.db"), "{told}");
    }
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["own-groups.wasm"]);
    space_and_key(folder);
    let told = complaint(&run(folder, &["policy", "lift", "--project-space", "nowhere"])).to_owned();
    assert!(told.contains("no project space `nowhere`"), "{told}");
}

#[test]
fn an_operator_ships_a_policy_without_a_running_gateway() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    space_and_key(folder);
    let component = example("own-groups");
    std::fs::write(folder.join("own-groups.wasm"), &component).unwrap();
    std::fs::write(folder.join("settings.json"), r#"{ "groups": {} }"#).unwrap();
    std::fs::write(folder.join("wrong.json"), r#"{ "groups": [] }"#).unwrap();
    let full = digest(&component);

    assert!(refused(folder, &["upload", "own-groups.wasm", "--digest", &"0".repeat(64)]).contains(&full));
    let made = policy(folder, &["upload", "own-groups.wasm"]);
    assert_eq!((&made["digest"], &made["name"]), (&json!(full), &json!("own-groups")));
    let wrong = format!("{}=wrong.json", &full[..12]);
    let told = refused(folder, &["revise", "--module", "standard", "--module", &wrong]);
    assert!(told.contains("SETTINGS_INVALID at `modules.1.settings.groups`: [] is not of type"), "{told}");
    let right = format!("{}=settings.json", &full[..12]);
    let made = policy(folder, &["revise", "--module", "standard", "--module", &right, "--comment", "groups"]);
    assert_eq!((&made["number"], &made["modules"][1]["digest"]), (&json!(1), &json!(full)));
    assert_eq!(policy(folder, &["monitor", "--revision", "1"])["monitored"], 1);
    assert_eq!(policy(folder, &["monitor", "--stop"])["monitored"], json!(null));
    assert_eq!(policy(folder, &["activate", "--revision", "1"])["active"], 1);
    assert!(refused(folder, &["activate", "--revision", "2"]).contains("no revision 2"));
    let shown = policy(folder, &["stack"]);
    assert_eq!((&shown["active"], &shown["modules"][0]["name"]), (&json!(1), &json!("own-groups")));
    assert!(refused(folder, &["delete", &full]).contains("in force"));
    assert_eq!(policy(folder, &["roll-back", "--stack-version", "3"])["active"], json!(null));
    assert!(refused(folder, &["activate", "--revision", "1", "--stack-version", "3"]).contains("changed"));
    assert_eq!(policy(folder, &["activate", "--revision", "1"])["active"], 1);
    assert_eq!(policy(folder, &["reset", "--comment", "enough"])["active"], json!(null));
    let told: Vec<_> = policy(folder, &["history"])
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["kind"].as_str().unwrap().to_owned(), it["by"].as_str().unwrap().to_owned()))
        .collect();
    let expected =
        ["reset", "activate", "roll_back", "activate"].map(|kind| (kind.to_owned(), "system".to_owned()));
    assert_eq!(told, expected);
    // For people.
    let text = run(folder, &["policy", "stack", "--project-space", "acme"]);
    assert!(printed(&text).contains("in force:  standard"), "{}", printed(&text));
    assert!(printed(&run(folder, &["policy", "list"])).starts_with("every project space: standard@"));
}

#[test]
fn an_operator_sets_the_cases_that_must_hold() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    space_and_key(folder);
    let cases = "principals: { musa: { kind: mobile-worker } }\ncases:\n  \
                 - { name: workers make no groups, principal: musa, action: group.create, expect: deny }\n";
    std::fs::write(folder.join("cases.yaml"), cases).unwrap();
    std::fs::write(folder.join("wrong.yaml"), cases.replace("musa,", "bob,")).unwrap();
    std::fs::write(folder.join("permit.wasm"), permitting(1)).unwrap();
    assert_eq!(policy(folder, &["cases"]), json!(null));
    assert!(
        refused(folder, &["cases", "--set", "wrong.yaml"]).contains("line 3, case `workers make no groups`")
    );
    let set = policy(folder, &["cases", "--set", "cases.yaml", "--stack-version", "0"]);
    assert_eq!(set, json!({ "version": 1, "count": 1, "failing": 0 }));
    let text = run(folder, &["policy", "cases", "--project-space", "acme"]);
    assert_eq!(printed(&text).trim_end(), cases.trim_end(), "as it was set");
    policy(folder, &["upload", "permit.wasm"]);
    policy(folder, &["revise", "--module", &digest(&permitting(1))]);
    let told = refused(folder, &["activate", "--revision", "1"]);
    assert!(told.contains("case `workers make no groups`: expected deny, and it permits"), "{told}");
    assert_eq!(policy(folder, &["stack"])["active"], json!(null));
    // As long as nobody locks themselves out, what is in force may be otherwise.
    assert_eq!(policy(folder, &["cases", "--clear"])["count"], json!(null));
    assert_eq!(policy(folder, &["activate", "--revision", "1"])["active"], 1);
    let told = run(folder, &["policy", "cases", "--project-space", "acme", "--set", "cases.yaml"]);
    assert!(printed(&told).contains("1 do not hold under what is in force"), "{}", printed(&told));
}

#[test]
fn the_cases_of_a_space_are_put_to_modules_with_settings_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    std::fs::write(folder.join("hours.wasm"), example("working-hours")).unwrap();
    for from in [8, 10] {
        let settings = json!({ "days": [2], "from": from, "to": 18, "utc_offset_minutes": 0 });
        std::fs::write(folder.join(format!("{from}.json")), settings.to_string()).unwrap();
    }
    let cases = "at: 2026-11-24T09:00:00Z\nprincipals: { musa: { permissions: [edit_commcare_users, \
                 access_all_locations] } }\nresources: { amina: {} }\ncases:\n  \
                 - { name: at nine, principal: musa, action: mobile_worker.update, resource: amina, expect: permit }\n";
    std::fs::write(folder.join("cases.yaml"), cases).unwrap();
    let line =
        |module: &'static str| ["policy", "test", "cases.yaml", "--module", "standard", "--module", module];
    assert!(printed(&run(folder, &line("hours.wasm=8.json"))).contains("1 cases, 0 wrong"));
    let late = run(folder, &line("hours.wasm=10.json"));
    assert!(!late.status.success() && String::from_utf8_lossy(&late.stdout).contains("1 cases, 1 wrong"));
}

#[test]
fn a_running_gateway_takes_over_what_the_operator_does_within_seconds() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let key = space_and_key(folder);
    let serving = Serving::start(folder);
    let query = r#"{ "query": "{ projectSpace(name: \"acme\") { name } }" }"#;
    let name = || serving.send("POST", "/graphql", &key, query).1;
    assert!(name().contains("acme"));
    std::fs::write(folder.join("deny.wasm"), denying()).unwrap();
    std::fs::write(folder.join("permit.wasm"), permitting(1)).unwrap();
    policy(folder, &["upload", "deny.wasm"]);
    policy(folder, &["upload", "permit.wasm"]);
    let module = digest(&denying());
    policy(folder, &["revise", "--module", "standard", "--module", &module]);
    let until = |wanted: bool| {
        let began = Instant::now();
        while name().contains("FORBIDDEN") != wanted {
            assert!(began.elapsed() < Duration::from_secs(20), "the gateway does not take it over");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    policy(folder, &["activate", "--revision", "1"]);
    until(true);
    policy(folder, &["reset"]);
    until(false);
}

#[test]
fn where_keys_are_configured_the_command_line_takes_signed_modules_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    space_and_key(folder);
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    std::fs::write(
        folder.join("fieldgate.toml"),
        format!("policy_trusted_keys = [\"release:{}\"]\n", pair.pk.to_base64()),
    )
    .unwrap();
    let component = permitting(1);
    std::fs::write(folder.join("permit.wasm"), &component).unwrap();
    assert!(refused(folder, &["upload", "permit.wasm"]).contains("not signed"));
    let signature = minisign::sign(Some(&pair.pk), &pair.sk, component.as_slice(), None, None).unwrap();
    std::fs::write(folder.join("permit.wasm.minisig"), signature.into_string()).unwrap();
    let signed_by = policy(folder, &["upload", "permit.wasm"])["signedBy"].clone();
    assert!(signed_by.as_str().unwrap().starts_with("release "), "{signed_by}");
    std::fs::write(folder.join("fieldgate.toml"), "policy_trusted_keys = [\"release:RWQ\"]\n").unwrap();
    assert!(complaint(&run(folder, &["policy", "list"])).contains("policy_trusted_keys"));
}
