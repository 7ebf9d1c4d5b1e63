//! The house keeps its walls: rooms import only what the table below lets them, every test file is listed, and rows are
//! sealed in `store` alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which rooms a room may import. HOUSE-STYLE §1, with more arrows: signing in is a use case that needs `authn`'s
/// passwords and tokens, the command line (`cli`) stands beside `http` as another door, and what mail providers report
/// comes through one of its own (`webhook`).
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("authz", &["domain"]),
    ("store", &["domain", "authz"]),
    ("authn", &["domain", "store"]),
    ("service", &["domain", "authz", "store", "authn"]),
    ("policy", &["domain", "authz"]),
    ("graphql", &["domain", "authz", "service"]),
    ("rest", &["domain", "authz", "service"]),
    ("pages", &["domain", "authz", "service"]),
    ("outbound", &["domain", "service"]),
    ("jobs", &["domain", "authz", "service"]),
    ("webhook", &["domain", "service"]),
    ("http", &["domain", "service", "authn", "graphql", "rest", "pages", "webhook"]),
    ("config", &[]),
    (
        "app",
        &[
            "domain", "authz", "store", "authn", "service", "policy", "graphql", "rest", "http", "config",
            "outbound", "jobs", "webhook",
        ],
    ),
    (
        "cli",
        &[
            "domain", "authz", "authn", "service", "policy", "graphql", "rest", "config", "app", "store",
            "outbound", "webhook",
        ],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The rooms that a file names after `crate::`, in `use` lines and elsewhere.
fn rooms_named(text: &str) -> Vec<String> {
    let code =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let code = code.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split('}').next().unwrap_or_default();
            rooms.extend(
                group.split(',').map(|item| item.trim().split("::").next().unwrap_or_default().to_owned()),
            );
        } else {
            rooms.push(
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned(),
            );
        }
    }
    rooms
}

#[test]
fn rooms_import_only_what_their_arrows_allow() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let source = root().join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let room = relative.components().next().unwrap().as_os_str().to_string_lossy();
        let room = room.trim_end_matches(".rs");
        if room == "lib" || room == "main" {
            continue;
        }
        let allowed =
            arrows.get(room).unwrap_or_else(|| panic!("`{room}` is a new room: give it its arrows here"));
        for named in rooms_named(&std::fs::read_to_string(&file).unwrap()) {
            if named != room && arrows.contains_key(named.as_str()) && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: {room} -> {named}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that are not in the table:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_store_reads_rows_and_seals_them() {
    let source = root().join("src");
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap().display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        if !relative.starts_with("store/") {
            let names_entity = text.match_indices("entity::").any(|(at, _)| {
                !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
            });
            assert!(!names_entity, "{relative} reads `entity`");
            assert!(
                !text.contains("Sealed::new") || relative.starts_with("authz/"),
                "{relative} seals a row that it did not read"
            );
        }
    }
}

#[test]
fn every_test_file_is_listed_by_its_folder() {
    let tests = root().join("tests/gateway");
    for file in rust_files(&tests) {
        let (folder, stem) = (file.parent().unwrap(), file.file_stem().unwrap().to_string_lossy());
        if stem == "main" {
            continue;
        }
        let (folder, name) = if stem == "mod" {
            (folder.parent().unwrap(), folder.file_name().unwrap().to_string_lossy())
        } else {
            (folder, stem)
        };
        let list = if folder == tests { folder.join("main.rs") } else { folder.join("mod.rs") };
        let list = std::fs::read_to_string(list).unwrap();
        assert!(
            list.contains(&format!("mod {name};")),
            "{} is not listed: it would never run",
            file.display()
        );
    }
}

#[test]
fn every_crate_of_the_workspace_keeps_its_lints() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.split_once("members = [").and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
    let members: Vec<_> = members.split(',').map(|member| member.trim().trim_matches('"')).collect();
    assert!(members.contains(&"policies/sdk") && members.contains(&"policies/standard"), "{members:?}");
    for member in members.into_iter().chain(["."]) {
        let manifest = std::fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "`{member}` has lints of its own, or none");
    }
}
