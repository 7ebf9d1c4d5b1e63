//! What cargo is asked, and how.

use super::error::BuildError;
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";

/// Small, and quick to start: what a policy is measured by. Set through the environment, so that authors need no
/// profile of their own and a workspace's release profile stays as it is.
const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"),
    ("CARGO_PROFILE_RELEASE_LTO", "true"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "true"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
];

/// A crate as cargo knows it.
#[derive(Debug)]
pub(super) struct Package {
    pub name: String,
    pub dir: PathBuf,
    /// Folders of the crates that it is built from and that are not from a registry.
    pub dependencies: Vec<PathBuf>,
    target_dir: PathBuf,
}

impl Package {
    /// The crate in this folder.
    pub(super) fn at(dir: &Path) -> Result<Self, BuildError> {
        let not_a_crate = || BuildError::NotACrate(dir.to_owned());
        let dir = dir.canonicalize().map_err(|_| not_a_crate())?;
        let manifest = dir.join("Cargo.toml");
        if !manifest.is_file() {
            return Err(not_a_crate());
        }
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--manifest-path"])
            .arg(&manifest)
            .output()
            .map_err(|source| BuildError::Program { program: cargo().into(), source })?;
        let unclear = |message: String| BuildError::Metadata { dir: dir.clone(), message };
        if !output.status.success() {
            return Err(unclear(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let metadata: Value =
            serde_json::from_slice(&output.stdout).map_err(|error| unclear(error.to_string()))?;
        Self::read(&metadata, &manifest).ok_or_else(|| unclear("it is no package".to_owned()))
    }

    fn read(metadata: &Value, manifest: &Path) -> Option<Self> {
        // In a workspace, all its members are listed.
        let package = metadata.get("packages")?.as_array()?.iter().find(|package| {
            package
                .get("manifest_path")
                .and_then(Value::as_str)
                .is_some_and(|path| Path::new(path) == manifest)
        })?;
        let dependencies = package
            .get("dependencies")?
            .as_array()?
            .iter()
            .filter(|dependency| dependency.get("kind").and_then(Value::as_str) != Some("dev"))
            .filter_map(|dependency| dependency.get("path").and_then(Value::as_str).map(PathBuf::from))
            .collect();
        Some(Self {
            name: package.get("name")?.as_str()?.to_owned(),
            dir: manifest.parent()?.to_owned(),
            dependencies,
            target_dir: Path::new(metadata.get("target_directory")?.as_str()?).join("policies"),
        })
    }

    /// Where the component lies.
    pub(super) fn component(&self) -> PathBuf {
        self.dir.join(format!("{}.wasm", self.name))
    }

    /// Where it is recorded what the component was built from.
    pub(super) fn record(&self) -> PathBuf {
        self.dir.join(format!("{}.wasm.sources", self.name))
    }
}

/// The crate as a core module, which carries its world in a custom section.
pub(super) fn compile(package: &Package) -> Result<Vec<u8>, BuildError> {
    find_target()?;
    let status = Command::new(cargo())
        // `cargo rustc` gives the linker its argument for this crate alone, and leaves RUSTFLAGS to whoever set them.
        // The crate type is given here as well, so that an author's Cargo.toml needs none.
        .args(["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", TARGET])
        .arg("--manifest-path")
        .arg(package.dir.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&package.target_dir)
        // With a small stack and the SDK's allocator a decision never grows its memory.
        .args(["--", "-C", "link-arg=-zstack-size=65536"])
        .envs(PROFILE)
        .stdin(Stdio::null())
        // The author sees cargo's progress and messages as ever.
        .status()
        .map_err(|source| BuildError::Program { program: cargo().into(), source })?;
    if !status.success() {
        return Err(BuildError::Compile);
    }
    let file = format!("{}.wasm", package.name.replace('-', "_"));
    let path = package.target_dir.join(TARGET).join("release").join(file);
    std::fs::read(&path).map_err(|source| BuildError::File { path, source })
}

/// Says what to do before cargo says `can't find crate for core` two hundred times.
fn find_target() -> Result<(), BuildError> {
    if std::env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some() {
        return Ok(()); // It is built from its sources.
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|source| BuildError::Program { program: rustc.into(), source })?;
    let dir = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && Path::new(dir.trim()).is_dir() {
        Ok(())
    } else {
        Err(BuildError::TargetMissing)
    }
}

fn cargo() -> OsString {
    // Set by cargo for what it runs, so that one toolchain does it all.
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
