//! What authors of policies are told is what the gate does.

use crate::support::TestApp;
use fieldgate::authz::{ACTION_CATALOGUE, ACTIONS};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const FILE: &str = "policies/ACTIONS.md";

#[test]
fn the_committed_list_of_actions_is_the_one_that_the_code_prints() {
    let printed = fieldgate::policy::reference::text();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, &printed).unwrap();
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        committed == printed,
        "`{FILE}` is not up to date: run `UPDATE=1 cargo test --test gateway policy::reference`, also after a rebase \
         that brought actions or attributes"
    );
}

#[tokio::test]
async fn everybody_can_ask_what_a_policy_is_asked() {
    let app = TestApp::empty().await;
    let answer = app
        .stranger()
        .run(
            r#"{ policyActions(startsWith: "group.up") {
              name resourceKind creates isAskedOfPolicy
              attributes { name valueType isOptional isFilterable } proposes { name } } }"#,
            json!({}),
        )
        .await;
    let [update] = &answer["data"]["policyActions"].as_array().unwrap()[..] else { panic!("{answer}") };
    assert_eq!(update["name"], "group.update");
    assert_eq!(update["resourceKind"], "group");
    assert_eq!(update["isAskedOfPolicy"], true);
    assert_eq!(
        update["attributes"][0],
        json!({ "name": "id", "valueType": "TEXT", "isOptional": false, "isFilterable": true })
    );
    assert_eq!(
        update["proposes"],
        json!([{ "name": "name" }, { "name": "case_sharing" }, { "name": "reporting" }])
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The resolvers of a file that reach a use case, with the lines above them and their text.
fn guarded(source: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut is_object = false;
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("impl") {
            is_object = at > 0 && lines[at - 1].starts_with("#[Object");
        }
        let signature = line
            .strip_prefix("    async fn ")
            .or_else(|| line.strip_prefix("    pub(in crate::graphql) async fn "));
        let Some(signature) = signature.filter(|_| is_object) else { continue };
        let above = lines[..at]
            .iter()
            .rev()
            .take_while(|line| !line.is_empty() && **line != "    }" && !line.starts_with("impl"));
        let above: String = above.copied().collect::<Vec<_>>().concat();
        let body: String = lines[at..].iter().take_while(|line| **line != "    }").copied().collect();
        // What only looks at the time, or at the caller, asks nobody.
        let body = body.replace("ctx.services().clock", "").replace("ctx.services().worker_suffix()", "");
        let reaches = ["ctx.services()", "ctx.loaders()", "(ctx,", "(ctx)", " ctx,", "ctx.loaded"];
        if reaches.iter().any(|word| body.contains(word)) {
            found.push((signature.split('(').next().unwrap().to_owned(), above));
        }
    }
    found
}

#[test]
fn every_guarded_field_says_what_it_requires() {
    let mut count = 0;
    let mut silent = Vec::new();
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/graphql")) {
        for (field, above) in guarded(&std::fs::read_to_string(&path).unwrap()) {
            count += 1;
            // `canI` needs no right: it says who has one.
            if !above.contains("requires::apply(") && field != "can_i" {
                silent.push(format!("{}: `{field}`", path.display()));
            }
        }
    }
    assert!(count > 70, "only {count} fields were looked at");
    assert!(
        silent.is_empty(),
        "give these `#[graphql(directive = requires::apply(…))]`:\n{}",
        silent.join("\n")
    );
}

#[test]
fn every_mutation_says_what_it_requires_and_every_action_required_is_known() {
    let schema = fieldgate::graphql::sdl();
    let (_, mutations) = schema.split_once("\ntype Mutation {\n").unwrap();
    let (mutations, _) = mutations.split_once("\n}").unwrap();
    let silent: Vec<_> = mutations
        .lines()
        .filter(|line| line.contains("(input: ") && !line.contains("@requires(action: "))
        .collect();
    assert_eq!(silent, Vec::<&str>::new());

    let required = schema.split("@requires(action: \"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let known: BTreeSet<&str> = ACTIONS.iter().map(|(action, _)| *action).chain(["*.read"]).collect();
    let unknown: BTreeSet<&str> = required.filter(|action| !known.contains(action)).collect();
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn an_action_that_makes_something_is_told_of_what_it_would_make() {
    for action in ACTION_CATALOGUE.iter().filter(|action| action.is_asked() && action.creates.is_some()) {
        assert!(!action.proposes.is_empty(), "`{}` proposes nothing", action.name);
    }
}
