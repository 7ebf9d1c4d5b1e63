//! Building a module: from an author's crate to the component that is committed beside it.
//!
//! The component is committed so that nobody needs a WebAssembly target to run the gateway; beside it lies the hash
//! of what it was built from, so that a stale one is found. Sources are compared, as the same sources give other
//! bytes with another compiler.

mod cargo;
mod error;
mod sources;

pub use error::BuildError;

use super::config::PolicyConfig;
use super::inspect::ModuleInfo;
use super::loader::Loader;
use cargo::Package;
use std::path::{Path, PathBuf};

/// A component that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Where it lies.
    pub component: PathBuf,
    /// What it says of itself.
    pub info: ModuleInfo,
}

/// Builds the crate in this folder and writes `<crate>.wasm` and `<crate>.wasm.sources` there.
///
/// # Errors
/// [`BuildError`]: it is no crate, it does not compile, or the gateway would not accept it.
pub fn build(dir: &Path) -> Result<Built, BuildError> {
    let package = Package::at(dir)?;
    let sources = sources::hash(&package)?;
    let core = cargo::compile(&package)?;
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&core)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| BuildError::Componentize(format!("{error:#}")))?;
    let info = Loader::new(&PolicyConfig::default())
        .and_then(|loader| loader.inspect(&component))
        .map_err(BuildError::Refused)?;
    let path = package.component();
    write(&path, &component)?;
    write(&package.record(), record(&sources, &info.digest).as_bytes())?;
    Ok(Built { component: path, info })
}

/// Whether the component in this folder is missing, or is not the one built from the sources as they are now.
///
/// # Errors
/// [`BuildError`] when the sources cannot be read.
pub fn is_stale(dir: &Path) -> Result<bool, BuildError> {
    use sha2::{Digest, Sha256};
    let package = Package::at(dir)?;
    let (Ok(component), Ok(recorded)) =
        (std::fs::read(package.component()), std::fs::read_to_string(package.record()))
    else {
        return Ok(true);
    };
    let now = record(&sources::hash(&package)?, &hex::encode(Sha256::digest(component)));
    // Git may have changed the line ends on the way.
    Ok(!recorded.lines().eq(now.lines()))
}

/// Both hashes: a component that was committed without its record, or the other way round, is stale as well.
fn record(sources: &str, component: &str) -> String {
    format!("sources sha256:{sources}\ncomponent sha256:{component}\n")
}

fn write(path: &Path, content: &[u8]) -> Result<(), BuildError> {
    std::fs::write(path, content).map_err(|source| BuildError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
