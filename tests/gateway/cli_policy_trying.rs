//! What operators look at from the command line: what a revision would change, why something was decided, and quarantines.

use crate::cli::{Serving, complaint, printed, run, space_and_key};
use crate::cli_policy::{policy, refused};
use crate::policy_stack::{digest, example};
use crate::scene::nowhere;
use serde_json::{Value as Json, json};
use std::path::Path;

/// `acme`, where a revision was monitored that has a say about mobile workers alone, while an admin made a role.
/// The id of the decision.
fn monitored(folder: &Path) -> String {
    let key = space_and_key(folder);
    let component = example("own-groups");
    std::fs::write(folder.join("own-groups.wasm"), &component).unwrap();
    std::fs::write(folder.join("settings.json"), r#"{ "groups": {} }"#).unwrap();
    policy(folder, &["upload", "own-groups.wasm"]);
    policy(folder, &["revise", "--module", &format!("{}=settings.json", digest(&component))]);
    assert_eq!(policy(folder, &["monitor", "--revision", "1"])["monitored"], 1);
    let serving = Serving::start(folder);
    let graphql = |query: &str| -> Json {
        let body = json!({ "query": query }).to_string();
        serde_json::from_str(&serving.send("POST", "/graphql", &key, &body).1).unwrap()
    };
    let made = graphql(
        "mutation { createRole(input: { projectSpace: \"acme\", name: \"Nurse\", permissions: [] }) {
             role { id } userErrors { code }
         } }",
    );
    assert!(made["data"]["createRole"]["role"]["id"].is_string(), "{made}");
    let log = graphql(
        "{ projectSpace(name: \"acme\") { auditLog(filter: { actions: [\"role.create\"] }) {
             nodes { decisionId } totalCount
         } } }",
    );
    let entry = &log["data"]["projectSpace"]["auditLog"]["nodes"][0];
    let decision = entry["decisionId"].as_str().unwrap_or_else(|| panic!("{log}")).to_owned();
    // What is in the queue is written before it ends.
    assert_eq!(serving.signal("TERM"), Some(0));
    decision
}

fn json_of(folder: &Path, arguments: &[&str]) -> Json {
    serde_json::from_str(printed(&run(folder, arguments))).unwrap()
}

#[test]
fn an_operator_sees_what_a_revision_would_change_and_why_something_was_decided() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let decision = monitored(folder);
    let in_text = |arguments: &[&str]| {
        let line = [&["policy"], arguments, &["--project-space", "acme"]].concat();
        printed(&run(folder, &line)).to_owned()
    };

    let report = policy(folder, &["report"]);
    assert_eq!(
        json!([report["revision"], report["byAction"]["role.create"]["lost"]]),
        json!([1, 1]),
        "{report}"
    );
    assert_eq!(report["total"]["notAsked"], 0, "{report}");
    let differences = report["differences"].as_array().unwrap();
    let lost =
        differences.iter().find(|it| it["decision"] == json!(decision)).unwrap_or_else(|| panic!("{report}"));
    assert_eq!(
        json!([lost["action"], lost["effect"], lost["before"]]),
        json!(["role.create", "loses", "permits"])
    );
    let told = in_text(&["report"]);
    assert!(
        told.starts_with("revision 1: ") && told.contains(&format!("loses: role.create ({decision})")),
        "{told}"
    );

    let replayed = policy(folder, &["replay", "--revision", "1", "--last", "50"]);
    assert_eq!(
        json!([replayed["revision"], replayed["byAction"]["role.create"]["lost"]]),
        json!([1, 1]),
        "{replayed}"
    );
    assert_eq!(json!([replayed["cutShort"], replayed["incomplete"]]), json!([false, 0]), "{replayed}");
    let people = replayed["people"].as_array().unwrap();
    assert!(people.len() == 1 && people[0]["principal"].as_str().unwrap().starts_with("wu_"), "{replayed}");
    let told = in_text(&["replay", "--revision", "1"]);
    assert!(told.starts_with("revision 1: ") && told.contains("role.create"), "{told}");
    assert!(refused(folder, &["replay", "--revision", "2"]).contains("no revision 2"));

    let explained = json_of(folder, &["policy", "decision", &decision, "--json"]);
    assert_eq!(
        json!([explained["id"], explained["action"], explained["outcome"]]),
        json!([decision, "role.create", "permit"])
    );
    let modules = explained["modules"].as_array().unwrap_or_else(|| panic!("{explained}"));
    assert!(
        modules.len() == 1 && modules[0]["module"].as_str().unwrap().starts_with("standard@"),
        "{explained}"
    );
    let line = run(folder, &["policy", "decision", &decision]);
    let told = printed(&line);
    assert!(told.starts_with(&decision) && told.contains("asked for role.create"), "{told}");
    for (id, word) in [("de_1", "de_1"), (nowhere("de").as_str(), "is not in the decision log")] {
        let told = complaint(&run(folder, &["policy", "decision", id])).to_owned();
        assert!(told.contains(word), "{told}");
    }

    // What was compared stays when the monitoring ends, for who names the revision.
    policy(folder, &["monitor", "--stop"]);
    assert!(refused(folder, &["report"]).contains("no revision is monitored here"));
    assert_eq!(policy(folder, &["report", "--revision", "1"])["total"], report["total"]);
}

#[test]
fn an_operator_lifts_quarantines_by_having_every_gateway_load_the_stack_anew() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    space_and_key(folder);
    // Where nothing is in force and nothing monitored, there is nothing to load.
    assert_eq!(policy(folder, &["lift"]), json!({ "version": 0, "active": null, "monitored": null }));
    policy(folder, &["revise", "--module", "standard"]);
    policy(folder, &["monitor", "--revision", "1"]);
    assert_eq!(policy(folder, &["lift"]), json!({ "version": 2, "active": null, "monitored": 1 }));
    policy(folder, &["activate", "--revision", "1"]);
    assert_eq!(policy(folder, &["lift"]), json!({ "version": 4, "active": 1, "monitored": null }));
    assert_eq!(policy(folder, &["stack"])["inQuarantine"], json!([]));
    let line = run(folder, &["policy", "lift", "--project-space", "acme"]);
    let told = printed(&line);
    assert!(told.contains("in force: revision 1 (version 5 of the stack)"), "{told}");
    let line = run(folder, &["policy", "lift", "--project-space", "nowhere"]);
    assert!(!complaint(&line).is_empty());
}
