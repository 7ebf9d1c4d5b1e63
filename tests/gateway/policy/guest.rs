//! Guests written by hand: `policies/hostile/honest` has one file per export, and a guest says which it does otherwise.

use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

const EXPORTS: [&str; 7] =
    ["memory", "cabi_realloc", "describe", "configure", "decide", "decide-many", "scope"];

pub fn hostile() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/hostile")
}

/// Name and text of every guest in a folder.
pub fn all_in(folder: &Path) -> Vec<(String, String)> {
    let mut guests: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    guests.sort();
    guests
}

/// A core module of a guest's own exports, and honest ones for the rest.
pub fn core(deviations: &str) -> Vec<u8> {
    let mut text = String::from("(module\n");
    for export in EXPORTS {
        if !deviations.contains(&format!("(export \"{export}\")")) {
            text += &std::fs::read_to_string(hostile().join(format!("honest/{export}.wat"))).unwrap();
        }
    }
    text += deviations;
    text += ")";
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The same as a component for the policy world.
pub fn component(deviations: &str) -> Vec<u8> {
    encoded(core(deviations))
}

/// A core module as a component for the policy world.
pub fn encoded(module: Vec<u8>) -> Vec<u8> {
    encoded_for(module, &Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/wit/v2"))
}

/// The same for a contract that lies in this folder.
pub fn encoded_for(mut module: Vec<u8>, contract: &Path) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_path(contract).unwrap();
    let world = resolve.select_world(&[package], Some("policy")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

/// A guest that gives every decision this answer: the bytes of the contract's `decision`.
pub fn answering(decision: &str) -> Vec<u8> {
    component(&answers(decision))
}

/// A guest that permits everything, like no other with another number.
pub fn permitting(number: u32) -> Vec<u8> {
    component(&format!(r#"(data (i32.const 5000) "{number}")"#))
}

/// A guest that denies everything, in lists too.
pub fn denying() -> Vec<u8> {
    let scope =
        r#"(data (i32.const 4000) "\01") (func (export "scope") (param i32) (result i32) (i32.const 4000))"#;
    component(&format!("{}{scope}", answers(DENY)))
}

fn answers(decision: &str) -> String {
    format!(
        r#"
        (data (i32.const 512) "{decision}")
        (func (export "decide") (param i32) (result i32) (i32.const 512))
        (func (export "decide-many") (param $question i32) (result i32)
          (local $answer i32) (local $count i32)
          (local.set $count (i32.load offset=76 (local.get $question)))
          (local.set $answer (i32.const 1024))
          (loop $more
            (memory.copy (local.get $answer) (i32.const 512) (i32.const 32))
            (local.set $answer (i32.add (local.get $answer) (i32.const 32)))
            (br_if $more (i32.lt_u (local.get $answer) (i32.add (i32.const 1024) (i32.mul (local.get $count) (i32.const 32))))))
          (i32.store (i32.const 128) (i32.const 1024))
          (i32.store (i32.const 132) (local.get $count))
          (i32.const 128))
        "#
    )
}

/// Permit, with no obligation.
pub const PERMIT_PLAINLY: &str = r"\02";
/// Permit, with the obligation to notify the admins.
pub const PERMIT: &str =
    r"\02\00\00\00\20\02\00\00\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00";
/// Permit, with the obligations to have a second factor and to notify the admins.
pub const PERMIT_WITH_OTP: &str =
    r"\02\00\00\00\20\02\00\00\02\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\01\00";
/// Deny, visibly, with empty texts.
pub const DENY: &str =
    r"\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\01";
/// Not applicable.
pub const ABSTAIN: &str = r"\00";
