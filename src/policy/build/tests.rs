//! What is stale and what is not. Building itself needs a WebAssembly target, which a test cannot count on.

use super::*;
use sha2::{Digest, Sha256};
use std::fs;

/// A crate with a folder of its own and the SDK beside it.
fn package() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    for (path, content) in [
        ("sdk/Cargo.toml", "[package]\nname = \"fieldgate-policy\"\nedition = \"2024\"\n"),
        ("sdk/src/lib.rs", ""),
        ("wit/v1/policy.wit", "package a:b;"),
        (
            "mine/Cargo.toml",
            "[package]\nname = \"mine\"\nedition = \"2024\"\n[dependencies]\nfieldgate-policy.path = \"../sdk\"\n",
        ),
        ("mine/src/lib.rs", ""),
        ("mine/src/rules/one.rs", ""),
    ] {
        let path = temp.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let dir = temp.path().join("mine");
    (temp, dir)
}

/// What `build` leaves behind.
fn leave_built(dir: &Path) {
    let package = Package::at(dir).unwrap();
    let component = b"component";
    fs::write(package.component(), component).unwrap();
    let record = record(&sources::hash(&package).unwrap(), &hex::encode(Sha256::digest(component)));
    fs::write(package.record(), record).unwrap();
}

#[test]
fn a_component_is_stale_until_it_is_built_from_all_that_it_is_made_of() {
    let (temp, dir) = package();
    assert!(is_stale(&dir).unwrap(), "nothing was built yet");
    leave_built(&dir);
    assert!(!is_stale(&dir).unwrap());

    for changed in ["mine/src/rules/one.rs", "mine/Cargo.toml", "sdk/src/lib.rs", "wit/v1/policy.wit"] {
        let path = temp.path().join(changed);
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{before}\n")).unwrap();
        assert!(is_stale(&dir).unwrap(), "`{changed}` was changed");
        fs::write(&path, before).unwrap();
        assert!(!is_stale(&dir).unwrap(), "`{changed}` is as it was");
    }
    fs::write(dir.join("src/new.rs"), "").unwrap();
    assert!(is_stale(&dir).unwrap(), "a file was added");
}

#[test]
fn a_component_that_its_record_does_not_speak_of_is_stale() {
    let (_temp, dir) = package();
    leave_built(&dir);
    fs::write(dir.join("mine.wasm"), "another").unwrap();
    assert!(is_stale(&dir).unwrap());
    leave_built(&dir);
    fs::remove_file(dir.join("mine.wasm.sources")).unwrap();
    assert!(is_stale(&dir).unwrap());
}

#[test]
fn a_folder_without_a_crate_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let error = is_stale(temp.path()).unwrap_err();
    assert!(error.to_string().starts_with("there is no crate in `"), "{error}");
}
