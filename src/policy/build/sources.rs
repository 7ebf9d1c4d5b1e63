//! What a component is built from.

use super::cargo::Package;
use super::error::BuildError;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The crate that authors write modules with, and where its contract lies, seen from there.
const SDK: &str = "fieldgate-policy";
const CONTRACT: &str = "../wit";

/// SHA-256 over the files of a crate and of the crates beside it that it depends on: sorted, names and contents.
pub(super) fn hash(package: &Package) -> Result<String, BuildError> {
    let mut files = BTreeMap::new();
    let mut seen = BTreeSet::from([package.dir.clone()]);
    collect(package, &mut files)?;
    let mut waiting = package.dependencies.clone();
    while let Some(dir) = waiting.pop() {
        let dependency = Package::at(&dir)?;
        if seen.insert(dependency.dir.clone()) {
            collect(&dependency, &mut files)?;
            waiting.extend(dependency.dependencies);
        }
    }
    let mut hasher = Sha256::new();
    for (name, path) in files {
        let content = std::fs::read(&path).map_err(|source| BuildError::File { path, source })?;
        // Lengths keep apart what would otherwise read the same: a file that ends where another begins.
        for part in [name.as_bytes(), &content] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

/// The files of one crate, under names that are the same on every machine.
fn collect(package: &Package, files: &mut BTreeMap<String, PathBuf>) -> Result<(), BuildError> {
    let mut roots = vec!["Cargo.toml", "build.rs", "src", "wit"];
    if package.name == SDK {
        roots.push(CONTRACT);
    }
    for root in roots {
        let path = package.dir.join(root);
        let name = format!("{}/{root}", package.name);
        if path.is_file() {
            files.insert(name, path);
        } else if path.is_dir() {
            walk(&path, &name, files)?;
        }
    }
    Ok(())
}

fn walk(dir: &Path, name: &str, files: &mut BTreeMap<String, PathBuf>) -> Result<(), BuildError> {
    let unreadable = |source| BuildError::File { path: dir.to_owned(), source };
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, name) = (entry.path(), format!("{name}/{}", entry.file_name().to_string_lossy()));
        if path.is_dir() {
            walk(&path, &name, files)?;
        } else {
            files.insert(name, path);
        }
    }
    Ok(())
}
