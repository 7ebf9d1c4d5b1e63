//! Versions of the contract, side by side: what was built for an older one is asked as ever.

use super::guest;
use fieldgate::policy::author::check;
use fieldgate::policy::{Contract, ModuleSource, PolicyConfig, PolicyError};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

fn wit(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/wit").join(version)
}

/// The example `own-groups`, as it was built for version 1, and as it is built now.
const OWN_GROUPS: [(&[u8], Contract); 2] = [
    (include_bytes!("contract/v1.wasm"), Contract::V1),
    (include_bytes!("../../../policies/examples/own-groups/own-groups.wasm"), Contract::V2),
];

#[test]
fn a_module_is_asked_in_the_words_that_it_was_built_for_and_says_the_same() {
    let config = PolicyConfig { deadline: std::time::Duration::from_secs(2), ..PolicyConfig::default() };
    let mut answers = Vec::new();
    for (component, contract) in OWN_GROUPS {
        let source = ModuleSource { component: component.to_vec(), settings: String::new() };
        // Its agreement compares `decide-many`, which the versions differ in, with `decide` and `scope`.
        let report = check(&config, &source, 400);
        assert!(report.is_good(), "{contract}: {:?}", report.steps);
        assert_eq!(report.module.unwrap().contract, contract);
        answers.push(report.steps.last().unwrap().found.clone());
    }
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_component_for_a_version_that_does_not_exist_is_refused_by_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(wit("v2/policy.wit")).unwrap();
    let text = text.replace("fieldgate:policy@2.0.0", "fieldgate:policy@3.0.0");
    std::fs::write(folder.path().join("policy.wit"), text).unwrap();
    let component = guest::encoded_for(guest::core(""), folder.path());
    match super::host().inspect(&component) {
        Err(PolicyError::AnotherContract(version)) => assert_eq!(version, "3.0.0"),
        other => panic!("{other:?}"),
    }
}

/// Modules for these are out there: a change of a comment is a change too many.
#[test]
fn a_contract_that_was_published_stays_as_it_is() {
    for (version, expected) in [
        ("v1", "cd76a41e08bf185ca5326ce1ff90b6dbb20973711e5e1d266e2ee7f50adb2916"),
        ("v2", "cd0e6eb5d130adaf7eedd4360c74f9d9c79840d99972f79abc6922a433c2ae42"),
    ] {
        let text = std::fs::read(wit(version).join("policy.wit")).unwrap();
        let digest = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(digest, expected, "{version}");
    }
}
