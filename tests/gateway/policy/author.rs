//! What authors work with, and the examples that they start from.

use super::guest;
use crate::cli::{printed, run};
use fieldgate::policy::author::{Cases, Desk, Language, check, standard, trial, write_new};
use fieldgate::policy::{ModuleSource, PolicyConfig};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

const EXAMPLES: [&str; 3] = ["own-groups", "second-admin", "working-hours"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn example(name: &str) -> PathBuf {
    root().join("examples").join(name)
}

fn config() -> PolicyConfig {
    PolicyConfig { deadline: std::time::Duration::from_secs(2), ..PolicyConfig::default() }
}

/// An example as it is committed, with the settings of its cases.
fn opened(name: &str) -> (Cases, ModuleSource) {
    let cases = Cases::parse(&std::fs::read_to_string(example(name).join("cases.yaml")).unwrap()).unwrap();
    let component = std::fs::read(example(name).join(cases.module.as_ref().unwrap())).unwrap();
    let settings = cases.settings.clone();
    (cases, ModuleSource { component, settings })
}

#[test]
fn the_examples_say_what_their_cases_expect() {
    for name in EXAMPLES {
        let (cases, source) = opened(name);
        let desk = Desk::open(&config(), &[source]).unwrap();
        for case in &cases.cases {
            let trial = trial(&desk, case);
            assert_eq!(trial.instead_of, None, "{name}: {}: it {}", trial.name, trial.said);
        }
    }
}

#[test]
fn the_examples_and_standard_pass_the_check() {
    let sources = EXAMPLES.map(|name| opened(name).1);
    for source in sources.into_iter().chain([standard()]) {
        let report = check(&config(), &source, 400);
        assert!(report.is_good(), "{:?}", report.steps);
    }
}

#[test]
fn behind_standard_an_example_only_takes_away() {
    let (cases, source) = opened("second-admin");
    let before = Desk::open(&config(), &[standard()]).unwrap();
    let after = Desk::open(&config(), &[standard(), source]).unwrap();
    let differences: Vec<_> = cases
        .cases
        .iter()
        .filter_map(|case| fieldgate::policy::author::diff(&before, &after, case))
        .collect();
    assert!(differences.len() >= 4, "{differences:?}");
    assert!(differences.iter().all(|it| it.effect.name() == "loses"), "{differences:?}");
}

#[test]
fn a_case_that_asks_what_is_never_asked_is_an_error() {
    let error = |case: &str| {
        let text = format!(
            "principals: {{ a: {{}} }}\nresources: {{ w: {{ group_ids: [g] }} }}\ncases:\n  - {case}\n"
        );
        Cases::parse(&text).unwrap_err().to_string()
    };
    let case = "{ name: n, principal: a, action: mobile_worker.paint, expect: permit }";
    assert!(error(case).contains("no policy is asked about `mobile_worker.paint`"), "{}", error(case));
    let case = "{ name: n, principal: a, action: group.update, resource: w, expect: permit }";
    assert!(error(case).contains("`group` has no `group_ids`"), "{}", error(case));
    let case = "{ name: n, principal: b, action: group.update, expect: permit }";
    assert!(error(case).contains("there is no principal `b`"), "{}", error(case));
    let case = "{ name: n, principal: a, action: group.update, expects: permit }";
    assert!(error(case).contains("expects"), "{}", error(case));
}

#[test]
fn a_case_that_fails_is_told_in_words_and_by_the_exit_code() {
    let temp = tempfile::tempdir().unwrap();
    let module = example("second-admin").join("second-admin.wasm");
    let module = module.to_str().unwrap();
    std::fs::write(
        temp.path().join("cases.yaml"),
        "principals: { ann: { admin: true } }\n\
         resources: { carol: { is_active: false, deactivated_by: ann } }\n\
         cases:\n\
         \x20 - { name: both at once, principal: ann, action: web_user.remove, resource: carol, expect: permit }\n",
    )
    .unwrap();
    let failed = run(temp.path(), &["policy", "test", "cases.yaml", "--module", module]);
    assert_eq!(failed.status.code(), Some(1));
    let told = String::from_utf8(failed.stdout).unwrap();
    assert!(
        told.contains("WRONG both at once") && told.contains("it forbids (second_admin_required:"),
        "{told}"
    );

    let json = run(temp.path(), &["policy", "test", "cases.yaml", "--module", module, "--json"]);
    let json: Json = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["failed"], &json["cases"][0]["passed"]), (&json!(1), &json!(false)));

    let explain = ["policy", "explain", "cases.yaml", "--module", "standard", "--module", module];
    let told = run(temp.path(), &explain);
    let told = printed(&told);
    assert!(
        told.contains("standard@") && told.contains("second-admin@") && told.contains("together"),
        "{told}"
    );

    let diff = ["policy", "diff", "standard", module, "--cases", "cases.yaml", "--with-standard"];
    let told = run(temp.path(), &diff);
    assert!(printed(&told).starts_with("loses: both at once"), "{}", printed(&told));
}

#[test]
fn a_module_is_measured_beside_standard() {
    let temp = tempfile::tempdir().unwrap();
    let module = example("second-admin").join("second-admin.wasm");
    let bench = ["policy", "bench", module.to_str().unwrap(), "--milliseconds", "20", "--json"];
    let told = run(temp.path(), &bench);
    let told: Json = serde_json::from_str(printed(&told)).unwrap();
    assert_eq!(told["action"], "web_user.remove");
    let what: Vec<_> = told["figures"].as_array().unwrap().iter().map(|figure| &figure["what"]).collect();
    assert_eq!(what, ["load", "decide", "decide-many, each", "scope"]);
    assert!(told["figures"][1]["module"]["medianNanoseconds"].as_u64().unwrap() > 0);
}

#[test]
fn a_new_module_has_all_that_it_needs() {
    let temp = tempfile::tempdir().unwrap();
    for (language, files) in [
        (Language::Rust, ["Cargo.toml", "src/lib.rs", "fieldgate/wit/v2/policy.wit"]),
        (Language::Javascript, ["package.json", "src/rule.js", "wit/policy.wit"]),
        (Language::Python, ["requirements.txt", "rule.py", "wit/policy.wit"]),
    ] {
        let dir = temp.path().join(format!("night-shift-{}", files[0].len()));
        let written = write_new(&dir, language).unwrap();
        for path in &written {
            assert!(!std::fs::read_to_string(path).unwrap().contains("{{"), "{}", path.display());
        }
        for file in files.into_iter().chain(["README.md", ".gitignore", "cases.yaml"]) {
            assert!(dir.join(file).is_file(), "{language:?}: {file}");
        }
        Cases::parse(&std::fs::read_to_string(dir.join("cases.yaml")).unwrap()).unwrap();
        assert!(write_new(&dir, language).is_err(), "it is not empty any more");
    }
    assert!(write_new(&temp.path().join("Night Shift"), Language::Rust).is_err());
}

#[test]
fn the_sdk_comes_along_whole() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("x");
    write_new(&dir, Language::Rust).unwrap();
    let names = |dir: &Path| {
        let mut names: Vec<_> =
            std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&dir.join("fieldgate/sdk/src")),
        names(&root().join("sdk/src")),
        "see src/policy/author/template.rs"
    );
    let version = |manifest: &Path| {
        let text = std::fs::read_to_string(manifest).unwrap();
        text.lines().find(|line| line.starts_with("wit-bindgen")).unwrap().to_owned()
    };
    assert_eq!(version(&dir.join("fieldgate/sdk/Cargo.toml")), version(&root().join("sdk/Cargo.toml")));
}

#[test]
fn the_check_finds_a_decide_many_that_forgets_what_is_proposed() {
    // As the honest one, but it says nothing of a table with proposals.
    let component = guest::component(
        r#"
        (func (export "decide-many") (param $question i32) (result i32)
          (local $answer i32) (local $end i32)
          (local.set $answer (i32.const 1024))
          (local.set $end (i32.add (i32.const 1024) (i32.mul (i32.load offset=76 (local.get $question)) (i32.const 32))))
          (loop $more
            (i32.store8 (local.get $answer)
              (select (i32.const 0) (i32.const 2) (i32.load offset=92 (local.get $question))))
            (local.set $answer (i32.add (local.get $answer) (i32.const 32)))
            (br_if $more (i32.lt_u (local.get $answer) (local.get $end))))
          (i32.store (i32.const 128) (i32.const 1024))
          (i32.store (i32.const 132) (i32.load offset=76 (local.get $question)))
          (i32.const 128))
        "#,
    );
    let report = check(&config(), &ModuleSource { component, settings: String::new() }, 100);
    assert!(!report.is_good());
    let told = format!("{:?}", report.steps);
    assert!(told.contains("`decide` permits, and `decide-many` says nothing"), "{told}");
}
